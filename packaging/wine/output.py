"""What a Windows program says under Wine. Its streams have to be a pipe, and Wine's own processes keep that open."""

from __future__ import annotations

import os
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_END: Final = b"\0 end of what was said \0"


class Output:
    """A pipe that is read as it fills. `end()` does not wait for those who only keep it open.

    Args:
        heard: is called in a thread with what has come, line ends as Linux writes them.
    """

    def __init__(self, heard: Callable[[bytes], object]) -> None:
        self._heard = heard
        self._reading, self.writing = os.pipe()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait until everything that has been written so far was heard, then close the pipe."""
        os.write(self.writing, _END)  # a pipe keeps the order: all that was said comes before it
        self._thread.join()
        os.close(self.writing)
        os.close(self._reading)

    def _read(self) -> None:
        for piece in self._pieces():
            self._heard(piece.replace(b"\r", b""))

    def _pieces(self) -> Iterable[bytes]:
        """Yield what comes; what may be the beginning of the end is kept until that is known."""
        kept = b""
        while _END not in kept:
            text, begun, rest = kept.partition(_END[:1])
            yield text
            kept = begun + rest + os.read(self._reading, 65536)
        yield kept.partition(_END)[0]
