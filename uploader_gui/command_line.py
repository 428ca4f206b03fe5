"""Parses the command line into `LaunchOptions`, or raises a `UsageError` with one sentence.

The guide (`cli.md`) lists the options. argparse's own sentences are replaced by ours, which are translated; the
language is looked up only where one has to be shown.
"""

from __future__ import annotations

import argparse
import glob
import os
import signal
import sys
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

from uploader_gui import PROGRAM
from uploader_gui.anomaly_links import anomaly_of_link, is_link
from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.engine.system_words import system_words
from uploader_gui.i18n import N_, SYSTEM, _, use_language, written_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from _typeshed import SupportsWrite

DEMO_ANOMALY: Final = "DEMO-1"
_WITH_VALUE: Final = frozenset({"--anomaly", "--report", "--link", "--verify"})
_HELP: Final = ("-h", "--help")
_TITLE: Final = "uploader-gui"
_ICON_INFORMATION: Final = 0x40
_IN_FRONT: Final = 0x10000


class ExitCode(IntEnum):
    """How a run ended; the guide (`cli.md`) and `--help` list these."""

    ALL_SENT = 0
    """Every file is uploaded or skipped; also a self-test in which everything works, files handed over,
    and a receipt whose files are equal."""
    NOT_ALL_SENT = 1
    """A file was not sent, the receipt cannot be written, a self-test found something, a file differs from a receipt,
    or it is not known."""
    USAGE_ERROR = 2
    """Wrong usage or configuration, known before any request."""
    INTERRUPTED = 128 + signal.SIGINT
    """As shells have it; also after SIGTERM."""


class UsageError(Exception):
    """Wrong usage or configuration; the text is a complete sentence."""


@dataclass(frozen=True, slots=True)
class Handover:
    """What a later start hands over. `paths` are absolute; `anomaly_id` is "" where none was given.

    `again`, `convert` and `zip` are the options of the command line for these files. `link`: the number came from a
    link, which anyone may have made: nothing else was taken from it.
    `server` is the one that start would send to, "" for the usual one.
    """

    paths: tuple[Path, ...] = ()
    anomaly_id: str = ""
    start: bool = False
    again: bool = False
    convert: bool = False
    zip: bool = False
    link: bool = False
    server: str = ""


@dataclass(frozen=True, slots=True)
class LaunchOptions(Handover):
    """What the command line asks for: what a later start hands over, and what only a first one can do.

    Attributes:
        verify: the receipt to compare files with, None where that is not asked.
    """

    verify: Path | None = None
    quit_when_done: bool = False
    report: Path | None = None
    headless: bool = False
    sandbox: bool = False
    demo: bool = False
    self_test: bool = False


def parse(arguments: Sequence[str]) -> LaunchOptions:
    """Return what the arguments ask for.

    Raises:
        UsageError: they contradict each other, or name something that cannot be used.
        SystemExit: after showing the help or the version.
    """
    if set(_HELP).intersection(arguments):
        speak()
    if any(map(_speaks_of_link, arguments)):
        return _linked(arguments)
    given = _given(arguments)
    if given.verify is not None:
        return _verifying(given, arguments)
    anomaly_id = _anomaly_of(given)
    _check_working_folder(*given.paths, *filter(None, [given.report]))
    if "" in given.paths:  # a script's unset variable, which would mean the whole working directory
        raise wrong(N_("a PATH is empty."))
    paths = expand_wildcards(given.paths)
    return LaunchOptions(
        paths=tuple(map(Path, paths)),
        anomaly_id=anomaly_id,
        start=given.start or given.headless or given.demo,
        quit_when_done=given.quit_when_done or given.headless,
        report=_report(given.report, paths, trial=given.sandbox or given.demo),
        headless=given.headless,
        again=given.again,
        convert=given.convert,
        zip=given.zip,
        sandbox=given.sandbox or given.demo,
        demo=given.demo,
        self_test=given.self_test,
    )


def _anomaly_of(given: argparse.Namespace) -> str:
    anomaly_id = DEMO_ANOMALY if given.demo and given.anomaly is None else (given.anomaly or "").strip()
    if given.anomaly is not None and not ANOMALY_ID.fullmatch(anomaly_id):
        raise wrong(N_("{anomaly} is no anomaly ID: 1 to 64 letters, digits, _ or -."), anomaly=repr(given.anomaly))
    if (given.headless or given.start) and not anomaly_id:
        raise wrong(
            N_("{option} needs an anomaly: add --anomaly ID."), option="--headless" if given.headless else "--start"
        )
    return anomaly_id


def _report(text: str | None, evidence: Sequence[str], *, trial: bool) -> Path | None:
    if text is None:
        return None
    from uploader_gui.report_file import usable_path  # noqa: PLC0415 - only where a receipt is asked for

    return usable_path(text, evidence, trial=trial)


def _speaks_of_link(argument: str) -> bool:
    return argument.split("=", maxsplit=1)[0] == "--link" or is_link(argument)


def _linked(arguments: Sequence[str]) -> LaunchOptions:
    """Return what a link asks for: its number. A crafted one arrives as several arguments; all of it is refused."""
    given = [one for one in arguments if one != "--link"]
    if len(given) != 1 or len(arguments) > 2:  # noqa: PLR2004 - the option and the link
        raise wrong(N_("a link stands alone on the command line; nothing was done."))
    anomaly_id = anomaly_of_link(given[0].removeprefix("--link="))
    if not anomaly_id:
        raise wrong(N_("the link names no anomaly; open it again from the register’s page."))
    return LaunchOptions(anomaly_id=anomaly_id, link=True)


def _verifying(given: argparse.Namespace, arguments: Sequence[str]) -> LaunchOptions:
    if other := [one for one in arguments if one.startswith("-") and one.split("=", maxsplit=1)[0] != "--verify"]:
        raise wrong(N_("{option} does not go with --verify."), option=other[0])
    if not given.verify:
        raise wrong(N_("{option} needs a value after it (see uploader-gui --help)."), option="--verify")
    _check_working_folder(given.verify, *given.paths)
    for path in given.paths:
        if not os.path.lexists(path):
            raise wrong(N_("there is no {path}."), path=path or '""')
    return LaunchOptions(paths=tuple(map(Path, expand_wildcards(given.paths))), verify=Path(given.verify))


def expand_wildcards(paths: Sequence[str]) -> Sequence[str]:
    """Return the paths that `*` and `?` stand for; elsewhere the shell has done it, and `*` may be part of a name."""
    return [path for given in paths for path in matches(given)] if os.name == "nt" else paths


def matches(path: str) -> list[str]:
    """Return what a pattern matches, sorted by name; the path itself where it is no pattern or matches nothing."""
    if not ("*" in path or "?" in path.removeprefix("\\\\?\\")):
        return [path]
    return sorted(glob.glob(path.replace("[", "[[]"))) or [path]  # noqa: PTH207 - of the text as it was given


def speak() -> None:
    """Write sentences in the person's language from now on, with the characters that the terminal has."""
    use_language(early_language(), getattr(sys.stdout, "encoding", None) or "")


def spoken_to_stderr() -> AbstractContextManager[None]:
    """Write sentences with the characters that stderr has meanwhile; a window shows all, and does without `speak`."""
    return written_in(getattr(sys.stderr, "encoding", None) or "")


def early_language() -> str:
    """Return the setting `language` before settings are loaded, "system" where the data folder cannot be named."""
    from uploader_gui import machine_settings  # noqa: PLC0415 - only where a sentence is to be shown
    from uploader_gui.paths import UnwritableError, data_paths  # noqa: PLC0415 - as above

    try:
        return machine_settings.early_language(data_paths().settings)
    except UnwritableError:  # no working folder: the sentence may be about that
        return SYSTEM


_CONTROLS: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), "\ufffd")
"""Characters that control a terminal or end a line."""


def one_line(sentence: str) -> str:
    """Return a sentence on one line, whatever a file in it is called."""
    return sentence.translate(_CONTROLS)


def write_stderr(sentence: str) -> None:
    """Write one sentence to stderr, where there is one (on Windows a bundle's window has none)."""
    if sys.stderr is not None:
        write_at_once(sys.stderr, f"uploader-gui: {one_line(sentence)}\n")


def write_at_once(stream: TextIO, text: str) -> None:
    """Write to a stream; a reader that closed the pipe, or a full disk, is no reason to stop sending."""
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        _silence(stream)


def _silence(stream: TextIO) -> None:
    """Redirect a stream to the null device: what is left in its buffer would fail again when Python ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def show_without_console(text: str) -> None:
    """Show a message box and wait until it is closed, on Windows and where there is no stderr; elsewhere do nothing.

    Windows gives a program without a console neither stdout nor stderr, so a sentence about a failed start would go
    unseen; scripts use the console twin, which has both. Not Qt's box: it may be Qt that cannot be loaded.
    """
    if sys.platform != "win32" or sys.stderr is not None:
        return
    import ctypes  # noqa: PLC0415 - only where something went wrong

    ctypes.windll.user32.MessageBoxW(None, sentence(text), _TITLE, _ICON_INFORMATION | _IN_FRONT)


def sentence(text: str) -> str:
    """Return a line of the terminal as a sentence of its own: there it follows the program's name."""
    return text if text.startswith(_TITLE) else text[:1].upper() + text[1:]


def wrong(sentence: str, **values: str) -> UsageError:
    """Return the error for a sentence in English, translated and with its values."""
    speak()
    return UsageError(_(sentence, **values))


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    """Return options and paths as argparse parses them."""
    try:
        given, unknown = _parser().parse_known_args(arguments)
    except argparse.ArgumentError as error:
        option = (error.argument_name or "").rpartition("/")[2]
        raise wrong(
            N_("{option} needs a value after it (see uploader-gui --help).")
            if option in _WITH_VALUE
            else N_("{option} stands alone, without a value (see uploader-gui --help)."),
            option=option,
        ) from error
    if unknown:
        raise wrong(N_("{option} is not an option (see uploader-gui --help)."), option=unknown[0])
    return given


def _check_working_folder(*paths: str) -> None:
    """Raise `UsageError` for a relative path where the working folder no longer exists."""
    if all(map(os.path.isabs, paths)):
        return
    try:
        os.getcwd()  # noqa: PTH109 - only whether it can be found matters
    except OSError as error:
        raise wrong(N_("the folder it was started in cannot be used: {why}."), why=_(system_words(error))) from error


class _Parser(argparse.ArgumentParser):
    """argparse with our sentences."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` for what `exit_on_error=False` does not raise itself; no option of ours causes it."""
        raise wrong(N_("{why} (see uploader-gui --help)."), why=message)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Show --help or --version; Python's own fails where there is neither stdout nor stderr."""
        if file is not None or sys.stderr is not None:
            encoding = getattr(file or sys.stderr, "encoding", None) or "utf-8"
            super()._print_message(encodable(encoding, message), file)
        show_without_console(message)


class _Once(argparse.Action):
    """Takes the value of an option; with two of them, files could go to the wrong anomaly."""

    def __call__(self, _parser: object, namespace: argparse.Namespace, values: object, _option: object = None) -> None:
        """Set the value, or raise `UsageError` where another one is set."""
        if getattr(namespace, self.dest) not in {None, values}:
            raise wrong(N_("{option} is given twice, with different values."), option=self.option_strings[-1])
        setattr(namespace, self.dest, values)


class _Formatter(argparse.HelpFormatter):
    """Begins the help with our word for “usage:”."""

    def add_usage(self, usage: str | None, actions: object, groups: object, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix or _("usage:") + " ")  # type: ignore[arg-type]  # handed on


def encodable(encoding: str, text: str) -> str:
    """Return a text with the characters replaced that an encoding lacks: cp1252 has no narrow no-break space."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.replace("\u202f", "\u00a0").encode(encoding, "replace").decode(encoding)
    return text


def _heading(sentence: str) -> str:
    """Return a heading without its colon, which argparse adds; in French a space stands before it."""
    return _(sentence).removesuffix(":")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="uploader-gui",
        description=_("Attach files to an anomaly of a digital safety register."),
        epilog=_("Exit codes: 0 all files uploaded or skipped; 1 some were not; 2 wrong usage; 130 interrupted."),
        formatter_class=_Formatter,
        allow_abbrev=False,
        add_help=False,
        exit_on_error=False,
    )
    parser.add_argument_group(_heading(N_("what is sent:"))).add_argument(
        "paths", nargs="*", metavar="PATH", help=_("files and folders put into the queue at start")
    )
    add = parser.add_argument_group(_heading(N_("options:"))).add_argument
    add("-a", "--anomaly", action=_Once, metavar="ID", help=_("the anomaly that receives them"))
    add("--start", action="store_true", help=_("begin at once (needs --anomaly)"))
    add("--quit-when-done", action="store_true", help=_("leave when nothing is left to do"))
    add("--report", action=_Once, metavar="FILE", help=_("write this run’s receipt as JSON when leaving"))
    add("--headless", action="store_true", help=_("no window; implies --start --quit-when-done"))
    add("--again", action="store_true", help=_("send also what was already uploaded to this anomaly"))
    add(
        "--convert",
        action="store_true",
        help=_("convert pictures the register refuses (HEIC, WebP, TIFF, BMP) to JPEG"),
    )
    add("--zip", action="store_true", help=_("send other files it refuses inside a ZIP, as they are"))
    add("--link", metavar="LINK", help=_("open the window with the number of a link from the register’s page"))
    add(
        "--verify",
        action=_Once,
        metavar="RECEIPT",
        help=_("compare the files of a receipt (or PATH) with it: 0 equal, 1 not"),
    )
    add("--sandbox", action="store_true", help=_("use the built-in stand-in service on this machine"))
    add("--demo", action="store_true", help=_("--sandbox with sample files for anomaly DEMO-1, started at once"))
    add("--self-test", action="store_true", help=_("check what the program relies on, print it, and leave"))
    add(
        "--version",
        action="version",
        version=PROGRAM,
        help=_("show the program’s version and leave"),
    )
    add(*_HELP, action="help", help=_("show this help and leave"))
    return parser
