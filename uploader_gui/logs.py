"""The log: rotating, readable by its owner only, without secrets. It also records crashes.

What is in ‹…› does not come from the program itself and may name a file: a report for support can leave it out.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from contextlib import suppress
from copy import copy
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.redaction import redact
from uploader_gui.paths import check_is_no_pipe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

log = logging.getLogger(__name__)

MAX_BYTES: Final = 2_000_000
BACKUPS: Final = 3
_PROGRAM: Final = "uploader_gui"
_VALUE: Final = "‹{}›"
_ONE_LINE: Final = str.maketrans({"‹": "'", "›": "'", "\n": " ", "\r": " "})
"""For values: nothing in one may look like its end, or like another line of the log."""
_SHORTEST_SECRET: Final = 4
"""In characters: anything shorter would be found inside other words."""


def set_up(path: Path, secrets: Iterable[str] = ()) -> RedactingFormatter:
    """Log to a rotating file from now on, crashes included; return the formatter, which can learn further secrets."""
    formatter = RedactingFormatter(secrets)
    handler = LogFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True)
    handler.setFormatter(formatter)
    with suppress(FileNotFoundError):  # a link whose target is still to be made
        check_is_no_pipe(path)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    logging.getLogger(_PROGRAM).setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    for library in ("httpx", "httpcore", "asyncio", "qasync", "keyring"):
        logging.getLogger(library).setLevel(logging.WARNING)  # httpx logs whole URLs at INFO
    _log_crashes(formatter)
    return formatter


def close_log_in(folder: Path) -> None:
    """Stop logging into that folder: Windows removes no file that is open."""
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        if isinstance(handler, LogFile) and Path(handler.baseFilename).parent == folder.absolute():
            root.removeHandler(handler)
            handler.close()


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and takes secrets out of the result."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s [%(name)s] %(message)s")
        self._secrets: set[str] = set()
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Take these out too from now on."""
        self._secrets |= {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}

    def format(self, record: logging.LogRecord) -> str:
        """Return the line or lines for the log, values in ‹…›."""
        return self.redact(super().format(_with_marked_values(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name; its type is private to typeshed
        """Return the tracebacks of an error and its causes, the first cause first; what they say is marked."""
        lines: list[str] = []
        for error in reversed(_with_causes(ei[1])):
            said = [str(error), *getattr(error, "__notes__", ())]
            kind = type(error).__name__
            lines += ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)]
            lines += [f"{kind}: {' '.join(map(_marked, said))}\n"]
        return "".join(lines).rstrip("\n")

    def redact(self, text: str) -> str:
        """Return a text without tokens, Authorization headers, signatures and passwords in URLs."""
        return redact(text, self._secrets)


def _with_marked_values(record: logging.LogRecord) -> logging.LogRecord:
    """Return a copy with ‹…› around texts among the arguments, and around all that a library says."""
    made = copy(record)
    made.exc_text = None  # another handler's, without marks
    if not (record.name.partition(".")[0] == _PROGRAM and isinstance(record.msg, str)):
        made.msg, made.args = _marked(record.getMessage()), None
    elif isinstance(record.args, tuple) and record.args:
        made.msg = record.msg.replace("%s", _VALUE.format("%s"))
        made.args = tuple(one if isinstance(one, int | float) else str(one).translate(_ONE_LINE) for one in record.args)
    return made


def _marked(text: str) -> str:
    return _VALUE.format(text.translate(_ONE_LINE))


def _with_causes(error: BaseException | None) -> list[BaseException]:
    """Return an error and what it was raised from, or during, or for."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return found


class LogFile(RotatingFileHandler):
    """A rotating log that survives a full disk, and a file that another program has open (Windows).

    Errors of the disk are not reported: Python would print the record to stderr, without redaction.
    """

    def doRollover(self) -> None:  # noqa: N802 - logging's own name
        """Begin a new file; go on in the same one where it cannot be renamed."""
        try:
            super().doRollover()
        except OSError:
            self.stream = self.stream or self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as above
        """Drop a record that cannot be written; report a mistake in a record."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def _log_crashes(formatter: RedactingFormatter) -> None:
    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("crashed", exc_info=(kind, error, trace))
        if sys.stderr is not None:  # a bundle's window on Windows has none
            sys.stderr.write(formatter.redact(f"uploader-gui: internal error: {kind.__name__}: {error}\n"))

    def thread_crashed(hook: threading.ExceptHookArgs) -> None:
        if hook.exc_value is not None:
            crashed(hook.exc_type, hook.exc_value, hook.exc_traceback)

    sys.excepthook = crashed
    threading.excepthook = thread_crashed
