"""Files on a share that has gone to sleep: opening one waits. Real files, blocked by the kernel itself.

A write lease (Linux, fcntl F_SETLEASE) makes every `open()` of a file wait until its holder lets go, for up to 45 s;
`stat()` goes on working. For tests of what must not wait, and of what happens meanwhile.
"""

import fcntl
import os
import select
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


class Bell:
    """Rung by a signal's handler. A `threading.Event`, set while the same thread begins to wait for it, would hang."""

    def __init__(self) -> None:
        self._ear, self._rope = os.pipe()

    def ring(self) -> None:
        os.write(self._rope, b"!")

    def wait(self, seconds: float) -> bool:
        return bool(select.select([self._ear], [], [], seconds)[0])

    def close(self) -> None:
        os.close(self._ear)
        os.close(self._rope)


@contextmanager
def asleep(*paths: Path) -> Iterator[Bell]:
    """Let every `open()` of these files wait while the block runs, in this process and in others.

    The bell rings when somebody begins to wait (where the main thread has time to hear of it).
    """
    somebody_waits = Bell()
    # The signal by which the kernel asks for a lease back; it would end us.
    before = signal.signal(signal.SIGIO, lambda *_: somebody_waits.ring())
    try:
        with ExitStack() as stack:
            for path in paths:
                stack.enter_context(_leased(path))
            yield somebody_waits
    finally:
        signal.signal(signal.SIGIO, before)
        somebody_waits.close()


@contextmanager
def _leased(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield
    finally:
        os.close(descriptor)
