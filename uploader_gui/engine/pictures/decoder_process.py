"""One process that decodes pictures, as the program sees it: started, asked, ended. Used by `decoder.py` alone.

It has a session (on Windows a process group) of its own, so that the terminal's Ctrl+C does not reach it, an
environment without secrets, and it ends with the program (`serve.py`, `kill_on_close.py`).
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from uploader_gui.engine.pictures import kill_on_close, messages
from uploader_gui.engine.pictures.command import decoder_environment
from uploader_gui.engine.pictures.limits import MEMORY_BYTES
from uploader_gui.engine.pictures.messages import BrokenMessageError, Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

log = logging.getLogger(__name__)

_OWN_GROUP: Final = 0x00000200
_NO_WINDOW: Final = 0x08000000
"""CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW: `subprocess` has them by name on Windows only."""


class NotStartedError(Exception):
    """There is no decoder: that says nothing of any picture."""


class DecoderDiedError(Exception):
    """It ended, or had to be ended, in the middle of a picture. `hung`: it took too long."""

    def __init__(self, *, hung: bool) -> None:
        super().__init__()
        self.hung = hung


class DecoderProcess:
    """A running decoder.

    Raises:
        NotStartedError: see there.
    """

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(sys.executable).parent,  # not a folder that somebody wants to remove or unmount
                env=decoder_environment(os.environ),
                **_apart(),
            )
        except OSError as error:
            raise NotStartedError(error.strerror or str(error)) from error
        self._bound = kill_on_close.bind(getattr(self._process, "_handle", 0), MEMORY_BYTES)
        try:
            self._await(seconds)
        except DecoderDiedError as error:
            raise NotStartedError(f"status {self._process.returncode}") from error

    def ask(self, question: Message, seconds: float) -> Message:
        """Return its answer.

        Raises:
            DecoderDiedError: there is none after so many seconds; the process is gone.
        """
        assert self._process.stdin is not None
        with _Deadline(self, seconds) as deadline:
            try:
                messages.write(self._process.stdin, question)
                answer = self._read()
            except (OSError, BrokenMessageError) as error:
                self.end()
                raise DecoderDiedError(hung=deadline.passed) from error
        return answer

    def kill(self) -> None:
        """End it; from any thread. Whoever waits for its answer hears that it died."""
        self._process.kill()

    def end(self) -> None:
        """End it and wait until it is gone."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was still to be written
                pipe.close()
        self._process.wait()
        self._bound = None

    @property
    def status(self) -> int | None:
        """How it ended: a signal's number below zero, or an exit code; None while it runs."""
        return self._process.returncode

    def _await(self, seconds: float) -> None:
        """It says when it is ready."""
        with _Deadline(self, seconds) as deadline:
            try:
                self._read()
            except (OSError, BrokenMessageError) as error:
                self.end()
                raise DecoderDiedError(hung=deadline.passed) from error

    def _read(self) -> Message:
        assert self._process.stdout is not None
        message = messages.read(self._process.stdout)
        if message is None:
            raise BrokenMessageError
        return message


class _Deadline:
    """Ends a process that has not answered in time."""

    def __init__(self, process: DecoderProcess, seconds: float) -> None:
        self._process = process
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _pass(self) -> None:
        self.passed = True
        self._process.kill()


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": _OWN_GROUP | _NO_WINDOW}
    return {"start_new_session": True}
