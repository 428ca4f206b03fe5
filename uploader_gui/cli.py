"""The command line: parses it, decides between window and headless, returns the exit code. README lists it.

Whatever is wrong is told here in one sentence on stderr, with status 2, before any request.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from uploader_gui import __version__
from uploader_gui.plan import Plan, UsageError, tell
from uploader_gui.system.message_box import show_without_console
from uploader_gui.system.wildcards import spelled_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

ANOMALY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
DEMO_ANOMALY: Final = "DEMO-1"
USAGE_ERROR: Final = 2
INTERRUPTED: Final = 130


def main(arguments: Sequence[str]) -> int:
    """Run the program as the arguments say, and give its exit code."""
    try:
        plan = parse(arguments)
        if plan.self_test:
            return _run_self_test()
        if plan.headless:
            return _run_headless(plan)
        return _run_window(plan)
    except UsageError as error:
        tell(str(error))
        if "--headless" not in arguments:
            show_without_console(str(error))
        return USAGE_ERROR
    except KeyboardInterrupt:  # before there was a run that could end in its own way
        return INTERRUPTED


def parse(arguments: Sequence[str]) -> Plan:
    """Give what the arguments ask for.

    Raises:
        UsageError: they do not go together, or name something that cannot be.
    """
    given = _parser().parse_args(arguments)
    anomaly_id = DEMO_ANOMALY if given.demo and given.anomaly is None else (given.anomaly or "").strip()
    if given.anomaly is not None and not ANOMALY_ID.fullmatch(anomaly_id):
        raise UsageError(f"{given.anomaly!r} is no anomaly ID: 1 to 64 letters, digits, _ or -.")
    if (given.headless or given.start) and not anomaly_id:
        option = "--headless" if given.headless else "--start"
        raise UsageError(f"{option} needs an anomaly: add --anomaly ID.")
    _check_place(*given.paths, *filter(None, [given.report]))
    if "" in given.paths:  # a script's unset variable, which would stand for the whole working directory
        raise UsageError("a PATH is empty.")
    return Plan(
        paths=tuple(Path(path) for path in spelled_out(given.paths)),
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


def _check_place(*paths: str) -> None:
    """What is named from here needs a here: a shell may stand in a folder that is gone."""
    if all(map(os.path.isabs, paths)):
        return
    try:
        os.getcwd()  # noqa: PTH109 - that the question can be answered is all that is wanted
    except OSError as error:
        raise UsageError(f"the folder it was started in cannot be used: {error.strerror}.") from error


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence; --help gives the rest."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see uploader-gui --help).")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """--help and --version; Python 3.11 breaks where there is neither stdout nor stderr."""
        if file is not None or sys.stderr is not None:
            super()._print_message(message, file)
        show_without_console(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="uploader-gui",
        description="Attach files to an anomaly of a digital safety register.",
        epilog="Exit codes: 0 all files uploaded or skipped; 1 some were not; 2 wrong usage; 130 interrupted.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders put into the queue at start")
    add("-a", "--anomaly", metavar="ID", help="the anomaly that receives them")
    add("--start", action="store_true", help="begin at once (needs --anomaly)")
    add("--quit-when-done", action="store_true", help="leave when nothing is left to do")
    add("--report", metavar="FILE", help="write this run's receipt as JSON when leaving")
    add("--headless", action="store_true", help="no window; implies --start --quit-when-done")
    add("--again", action="store_true", help="send also what was already uploaded to this anomaly")
    add("--convert", action="store_true", help="convert pictures the service refuses (HEIC, WebP, TIFF, BMP) to JPEG")
    add("--zip", action="store_true", help="send other files it refuses inside a ZIP, as they are")
    add("--sandbox", action="store_true", help="use the built-in stand-in service on this machine")
    add("--demo", action="store_true", help="--sandbox with sample files for anomaly DEMO-1, started at once")
    add("--self-test", action="store_true", help="check what the program relies on, print it, and leave")
    add("--version", action="version", version=f"uploader-gui {__version__}")
    return parser


def _report_path(text: str | None, evidence: Sequence[str]) -> Path | None:
    """See before any request that the receipt can be written, and that it replaces nothing but a receipt."""
    if text is None:
        return None
    if not text:
        raise UsageError("--report needs the name of a file.")
    path = Path(os.path.abspath(text))  # noqa: PTH100 - a link to the receipt is to be replaced where it stands
    if os.path.realpath(path) in map(os.path.realpath, evidence):
        raise UsageError(f"the receipt would replace a file that is to be sent: {path}.")
    if path.is_dir():
        raise UsageError(f"the receipt cannot be written: {path} is a folder.")
    if path.is_fifo() and path.parts[1:2] != ("dev",):  # /dev/stdout is open already; a named pipe may have no reader
        raise UsageError(f"the receipt cannot be written: {path} is a pipe.")
    if path.is_char_device() or path.is_fifo():
        return path  # it is written into
    if text.endswith((os.sep, "/")):
        raise UsageError(f"the receipt cannot be written: {text} names a folder.")
    _check_writable(path.parent)
    return path


def _check_writable(folder: Path) -> None:
    """A file is made there and taken away again: what Windows' rights and mounted shares allow, only that tells."""
    import tempfile  # noqa: PLC0415 - only where a receipt is wanted

    try:
        with tempfile.NamedTemporaryFile(prefix=".receipt-", dir=folder):
            return
    except OSError as error:
        what = f"{folder} is no folder that can be written to"
        raise UsageError(f"the receipt cannot be written: {what} ({error.strerror}).") from error


def _run_self_test() -> int:
    from uploader_gui import self_test  # noqa: PLC0415 - loaded where it is needed alone

    return self_test.run()


def _run_headless(plan: Plan) -> int:
    gc.disable()  # until the engine stands (`garbage.py`)
    from uploader_gui import headless  # noqa: PLC0415 - loaded where it is needed alone

    return headless.run(plan)


def _run_window(plan: Plan) -> int:
    """Open the window; where there is no screen, do what can be done without one."""
    from uploader_gui.system import display  # noqa: PLC0415 - needed for the window alone

    hindrance = display.hindrance()
    if hindrance is None:
        gc.disable()  # until the window stands: nothing that is loaded for it would be given back
        from uploader_gui import app  # noqa: PLC0415 - loads Qt

        return app.run(plan)
    if plan.demo or (plan.anomaly_id and plan.paths):
        tell(f"Running without a window. {hindrance}")
        return _run_headless(plan)
    hint = " Without a window: uploader-gui --headless --anomaly ID PATH …"
    raise UsageError(f"{hindrance}{hint if hindrance == display.NO_DISPLAY else ''}")
