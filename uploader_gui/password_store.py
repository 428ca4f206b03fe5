"""The system's password store (keyring), asked in a thread that may hang for ever: nobody waits longer than wanted.

A locked store asks the person for a password, in a window of its own, and answers when that is typed: soon, late or
never. One call runs at a time, in the order in which they were made, so that a late answer changes nothing newer.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future, wait
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

ANSWER_SECONDS: Final = 30.0
"""How long a start without a window, and a save, waits for a person who may be typing a password."""
_LOOK_SECONDS: Final = 0.05


class StoreSilent(Exception):
    """It has not answered in time; it may do so later."""


class PasswordStore:
    """Calls of the keyring, one after the other."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._works = False

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Make a call after those that wait; its answer may never come."""
        future: Future[T] = Future()
        with self._lock:
            self._waiting.append(partial(_answer, future, call))
            if not self._works:
                self._works = True
                threading.Thread(target=self._work, name="uploader-keyring", daemon=True).start()
        return future

    def ask(
        self, call: Callable[[], T], seconds: float = ANSWER_SECONDS, interrupted: Callable[[], bool] = lambda: False
    ) -> T:
        """Make a call, and return its answer.

        Raises:
            StoreSilent: there is none after so many seconds, or at once after an interrupt.
        """
        return answer_of(self.submit(call), seconds, interrupted)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._works = False
                    return
                call = self._waiting.popleft()
            call()


def answer_of(future: Future[T], seconds: float, interrupted: Callable[[], bool] = lambda: False) -> T:
    """Return a call's answer; see `PasswordStore.ask`."""
    until = time.monotonic() + seconds
    while not future.done():
        if interrupted() or time.monotonic() > until:
            raise StoreSilent
        wait({future}, timeout=min(_LOOK_SECONDS, seconds))
    return future.result()


def _answer(future: Future[T], call: Callable[[], T]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it, whatever it is
        future.set_exception(error)
    else:
        future.set_result(result)
