"""Parses the command line into `LaunchOptions`, or raises a `UsageError` with one sentence.

The guide (`cli.md`) lists the options. argparse's own sentences are replaced by ours, which are translated. Qt, which
translates them, is loaded only where one has to be shown.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from uploader_gui import __version__
from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.platform.windows_console import expand_wildcards, show_without_console
from uploader_gui.words.command_line import Help, Wrong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite
    from PySide6.QtCore import QCoreApplication


DEMO_ANOMALY: Final = "DEMO-1"
_WITH_VALUE: Final = frozenset({"--anomaly", "--report"})
_HELP: Final = ("-h", "--help")


class UsageError(Exception):
    """Wrong usage or configuration; the text is a complete sentence."""


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """What the command line asks for. `anomaly_id` is "" where none was given."""

    paths: tuple[Path, ...] = ()
    anomaly_id: str = ""
    start: bool = False
    quit_when_done: bool = False
    report: Path | None = None
    headless: bool = False
    again: bool = False
    convert: bool = False
    zip: bool = False
    sandbox: bool = False
    demo: bool = False
    self_test: bool = False


def parse(arguments: Sequence[str]) -> LaunchOptions:
    """Return what the arguments ask for.

    Raises:
        UsageError: they contradict each other, or name something that cannot be used.
        SystemExit: after showing the help or the version.
    """
    _language = use_language() if set(_HELP).intersection(arguments) else None  # kept until the help is written
    given = _given(arguments)
    anomaly_id = DEMO_ANOMALY if given.demo and given.anomaly is None else (given.anomaly or "").strip()
    if given.anomaly is not None and not ANOMALY_ID.fullmatch(anomaly_id):
        raise _wrong(Wrong.ANOMALY, repr(given.anomaly))
    if (given.headless or given.start) and not anomaly_id:
        raise _wrong(Wrong.NEEDS_ANOMALY, "--headless" if given.headless else "--start")
    _check_working_folder(*given.paths, *filter(None, [given.report]))
    if "" in given.paths:  # a script's unset variable, which would mean the whole working directory
        raise _wrong(Wrong.EMPTY_PATH)
    return LaunchOptions(
        paths=tuple(Path(path) for path in expand_wildcards(given.paths)),
        anomaly_id=anomaly_id,
        start=given.start or given.headless or given.demo,
        quit_when_done=given.quit_when_done or given.headless,
        report=_report_path(given.report, given.paths),
        headless=given.headless,
        again=given.again,
        convert=given.convert,
        zip=given.zip,
        sandbox=given.sandbox or given.demo,
        demo=given.demo,
        self_test=given.self_test,
    )


def use_language() -> QCoreApplication | None:
    """Write sentences in the person's language from now on, for as long as the caller keeps what is returned."""
    from uploader_gui.paths import data_paths  # noqa: PLC0415 - only where a sentence is to be shown
    from uploader_gui.words.language import SYSTEM, early_choice, speak_in_terminal  # noqa: PLC0415 - as above

    chosen = SYSTEM
    with suppress(OSError, RuntimeError):  # no working folder, no home: the sentence may be about that
        chosen = early_choice(data_paths().settings)
    return speak_in_terminal(chosen)


def write_stderr(sentence: str) -> None:
    """Write one sentence to stderr, where there is one (on Windows a bundle's window has none)."""
    if sys.stderr is not None:
        sys.stderr.write(f"uploader-gui: {sentence}\n")


def _wrong(sentence: Wrong, *values: str) -> UsageError:
    _language = use_language()  # until the sentence is made
    return UsageError(sentence.filled(*values))


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    """Return options and paths as argparse parses them."""
    try:
        given, unknown = _parser().parse_known_args(arguments)
    except argparse.ArgumentError as error:
        option = (error.argument_name or "").rpartition("/")[2]
        raise _wrong(Wrong.NEEDS_VALUE if option in _WITH_VALUE else Wrong.TAKES_NO_VALUE, option) from error
    if unknown:
        raise _wrong(Wrong.UNKNOWN, unknown[0])
    return given


def _check_working_folder(*paths: str) -> None:
    """Raise `UsageError` for a relative path where the working folder no longer exists."""
    if all(map(os.path.isabs, paths)):
        return
    try:
        os.getcwd()  # noqa: PTH109 - only whether it can be found matters
    except OSError as error:
        raise _wrong(Wrong.NO_PLACE, error.strerror or str(error)) from error


class _Parser(argparse.ArgumentParser):
    """argparse with our sentences."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` for what `exit_on_error=False` does not raise itself; no option of ours causes it."""
        raise _wrong(Wrong.OTHERWISE, message)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Show --help or --version; Python's own fails where there is neither stdout nor stderr."""
        if file is not None or sys.stderr is not None:
            super()._print_message(_encodable(file or sys.stderr, message), file)
        show_without_console(message)


class _Formatter(argparse.HelpFormatter):
    """Begins the help with our word for “usage:”."""

    def add_usage(
        self,
        usage: str | None,
        actions: object,
        groups: object,
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or f"{Help.USAGE.text} ")  # type: ignore[arg-type]  # handed on


def _encodable(file: object, text: str) -> str:
    """Return a text with the characters replaced that a terminal's encoding lacks: ASCII has no accents."""
    encoding = getattr(file, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _heading(sentence: Help) -> str:
    """Return a heading without its colon, which argparse adds; in French a space stands before it."""
    return sentence.text.removesuffix(":")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="uploader-gui",
        description=Help.ABOUT.text,
        epilog=Help.EXIT_CODES.text,
        formatter_class=_Formatter,
        allow_abbrev=False,
        add_help=False,
        exit_on_error=False,
    )
    parser.add_argument_group(_heading(Help.WHAT)).add_argument("paths", nargs="*", metavar="PATH", help=Help.PATH.text)
    add = parser.add_argument_group(_heading(Help.OPTIONS)).add_argument
    add("-a", "--anomaly", metavar="ID", help=Help.ANOMALY.text)
    add("--start", action="store_true", help=Help.START.text)
    add("--quit-when-done", action="store_true", help=Help.QUIT_WHEN_DONE.text)
    add("--report", metavar="FILE", help=Help.REPORT.text)
    add("--headless", action="store_true", help=Help.HEADLESS.text)
    add("--again", action="store_true", help=Help.AGAIN.text)
    add("--convert", action="store_true", help=Help.CONVERT.text)
    add("--zip", action="store_true", help=Help.ZIP.text)
    add("--sandbox", action="store_true", help=Help.SANDBOX.text)
    add("--demo", action="store_true", help=Help.DEMO.text)
    add("--self-test", action="store_true", help=Help.SELF_TEST.text)
    add("--version", action="version", version=f"uploader-gui {__version__}", help=Help.VERSION.text)
    add(*_HELP, action="help", help=Help.HELP.text)
    return parser


def _report_path(text: str | None, evidence: Sequence[str]) -> Path | None:
    """Return the receipt's path, or raise `UsageError` where it cannot be written or would replace another file."""
    if text is None:
        return None
    if not text:
        raise _wrong(Wrong.REPORT_NAMELESS)
    path = Path(os.path.abspath(text))  # noqa: PTH100 - a link is replaced itself, not its target
    if _is_evidence(Path(os.path.realpath(path)), evidence):
        raise _wrong(Wrong.REPORT_REPLACES, str(path))
    if path.is_dir():
        raise _wrong(Wrong.REPORT_IS_FOLDER, str(path))
    if path.is_fifo() and path.parts[1:2] != ("dev",):  # /dev/stdout is open already; a named pipe may have no reader
        raise _wrong(Wrong.REPORT_IS_PIPE, str(path))
    if path.is_char_device() or path.is_fifo():
        return path  # it is written into
    if text.endswith((os.sep, "/")):
        raise _wrong(Wrong.REPORT_NAMES_FOLDER, text)
    _check_writable(path.parent)
    return path


def _is_evidence(path: Path, given: Sequence[str]) -> bool:
    """Return whether a file is to be sent: named itself, or inside a named folder and not an older receipt."""
    sent = [Path(os.path.realpath(one)) for one in given]
    if path in sent or not any(path.is_relative_to(one) for one in sent):
        return path in sent
    from uploader_gui.engine.intake.scan import is_receipt  # noqa: PLC0415 - seldom needed

    try:
        return path.is_file() and path.stat().st_size > 0 and not is_receipt(path)
    except OSError:
        return True  # it may be evidence that cannot be read at the moment


def _check_writable(folder: Path) -> None:
    """Raise `UsageError` unless a file can be made there: only trying shows what Windows' rights and shares allow."""
    import tempfile  # noqa: PLC0415 - only where a receipt is asked for

    try:
        with tempfile.NamedTemporaryFile(prefix=".receipt-", dir=folder):
            return
    except OSError as error:
        raise _wrong(Wrong.REPORT_UNWRITABLE, str(folder), error.strerror or str(error)) from error
