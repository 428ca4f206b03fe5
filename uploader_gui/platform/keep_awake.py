"""Keeps the machine awake while files are being sent; where the platform refuses, sending goes on all the same.

wakepy may wait for the desktop's answer, so it runs in a thread of its own.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import AbstractContextManager, ExitStack, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

_LEAVE_SECONDS: Final = 0.5
"""On macOS a separate process (`caffeinate`) keeps the machine awake, and would outlive this program."""


class KeepAwake:
    """`mode` returns a context manager that keeps the machine awake while it is entered."""

    def __init__(self, mode: Callable[[], AbstractContextManager[object]] | None = None) -> None:
        self._mode = mode or _keep_running
        self._wanted = False
        self._requests: SimpleQueue[bool | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def want(self, wanted: bool) -> None:  # noqa: FBT001 - on or off
        """Stay awake from now on, or no longer; return at once."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self.get_ready()
        self._requests.put(wanted)

    def get_ready(self) -> None:
        """Load wakepy now, so that the first transfer does not wait for it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="uploader-awake", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Let the machine sleep again and end the thread; only on macOS wait for it, half a second at most."""
        self.want(False)
        self._requests.put(None)
        if self._thread is not None and sys.platform == "darwin":
            self._thread.join(_LEAVE_SECONDS)

    def _serve(self) -> None:
        if self._mode is _keep_running:
            _load()
        held = ExitStack()
        while (wanted := self._requests.get()) is not None:
            held = self._apply(held, wanted=wanted)
        held.close()

    def _apply(self, held: ExitStack, *, wanted: bool) -> ExitStack:
        try:
            held.close()
            if wanted:
                held.enter_context(self._mode())
        except Exception as error:  # noqa: BLE001 - whatever a platform does, sending goes on
            log.info("the machine may fall asleep: %s", type(error).__name__)
            return ExitStack()
        return held


def _load() -> None:
    with suppress(ImportError):  # reported when it is needed
        from wakepy import keep  # noqa: F401, PLC0415 - not before the window stands


def _keep_running() -> AbstractContextManager[object]:
    from wakepy import keep  # noqa: PLC0415 - only where something is sent

    return keep.running(on_fail="pass")
