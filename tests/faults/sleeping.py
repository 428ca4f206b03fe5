"""Files on a share that has gone to sleep: whoever opens one waits. Real files, blocked by the kernel itself.

A write lease (Linux, fcntl F_SETLEASE) makes every `open()` of a file wait until its holder lets go, for up to 45 s;
`stat()` goes on working. For tests of what must not wait, and of what happens meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def asleep(*paths: Path) -> Iterator[threading.Event]:
    """Let every `open()` of these files wait while the block runs, in this process and in others.

    The event is set when somebody begins to wait (where the main thread has time to hear of it).
    """
    somebody_waits = threading.Event()
    # The signal by which the kernel asks for a lease back; it would end us.
    before = signal.signal(signal.SIGIO, lambda *_: somebody_waits.set())
    try:
        with ExitStack() as stack:
            for path in paths:
                stack.enter_context(_leased(path))
            yield somebody_waits
    finally:
        signal.signal(signal.SIGIO, before)


@contextmanager
def _leased(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield
    finally:
        os.close(descriptor)
