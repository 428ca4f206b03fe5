"""The log: rotating, readable by its owner only, without secrets. It also records crashes."""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.redaction import redact
from uploader_gui.paths import check_is_no_pipe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

log = logging.getLogger(__name__)

MAX_BYTES: Final = 2_000_000
BACKUPS: Final = 3
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
    logging.getLogger("uploader_gui").setLevel(logging.INFO)
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
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets: set[str] = set()
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Take these out too from now on."""
        self._secrets |= {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}

    def format(self, record: logging.LogRecord) -> str:
        """Return the line or lines for the log."""
        return self.redact(super().format(record))

    def redact(self, text: str) -> str:
        """Return a text without tokens, Authorization headers, signatures and passwords in URLs."""
        return redact(text, self._secrets)


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
