"""The log: rotating, for its owner only, and without secrets. Set up by `config.py`; also catches crashes."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

log = logging.getLogger(__name__)

MAX_BYTES: Final = 2_000_000
BACKUPS: Final = 3
_SECRETS: Final = (
    re.compile(r"(?i)(bearer\s+)[^\s'\"]+"),
    re.compile(r"(?i)((?:authorization|x-session-token)['\"]?\s*[:=,]\s*b?['\"]?)(?!bearer)[^\s'\"]+"),
    re.compile(r"(?i)(x-amz-(?:signature|credential|security-token)(?:=|%3D))[^&\s'\"]+"),
    re.compile(r"()\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"),
)
_GONE: Final = "[redacted]"


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and takes secrets out of the result."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._known = {secret for secret in secrets if len(secret) >= 4}  # noqa: PLR2004 - shorter is no secret

    def hide(self, secrets: Iterable[str]) -> None:
        """Take these out too from now on."""
        self._known |= {secret for secret in secrets if len(secret) >= 4}  # noqa: PLR2004 - as above

    def format(self, record: logging.LogRecord) -> str:
        """Give the line(s) for the log."""
        return self.redact(super().format(record))

    def redact(self, text: str) -> str:
        """Take tokens, Authorization headers and presigned queries out of a text."""
        for secret in self._known:
            text = text.replace(secret, _GONE)
        for pattern in _SECRETS:
            text = pattern.sub(rf"\g<1>{_GONE}", text)
        return text


class PatientFile(RotatingFileHandler):
    """Goes on in the same file where it cannot be moved away: on Windows another program may have it open.

    A full disk is no news to whoever reads stderr, and what Python would tell there is not redacted.
    """

    def doRollover(self) -> None:  # noqa: N802 - logging's own name
        """Begin a new file, if that can be."""
        try:
            super().doRollover()
        except OSError:
            self.stream = self.stream or self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as above
        """Do without what cannot be written; a mistake in a record is told."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def let_go(folder: Path) -> None:
    """Log no longer into that folder: Windows removes no file that is open."""
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        if isinstance(handler, PatientFile) and Path(handler.baseFilename).parent == folder.absolute():
            root.removeHandler(handler)
            handler.close()


def set_up(path: Path, secrets: Iterable[str] = ()) -> RedactingFormatter:
    """Log to a rotating file from now on, crashes included; give the formatter, to tell it of further secrets."""
    formatter = RedactingFormatter(secrets)
    handler = PatientFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True)
    handler.setFormatter(formatter)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    ours = logging.getLogger("uploader_gui")
    ours.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    for library in ("httpx", "httpcore", "asyncio", "qasync", "keyring"):
        logging.getLogger(library).setLevel(logging.WARNING)  # httpx tells whole URLs at INFO
    _catch_crashes(formatter)
    return formatter


def _catch_crashes(formatter: RedactingFormatter) -> None:
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
