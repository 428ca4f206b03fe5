"""Drags files onto a window with the pointer, over real XDND. Used by the smoke tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Self

from smoke.screen import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smoke.screen import Screen

_SOURCE = Path(__file__).with_name("drag_source.py")


class DragSource:
    """The small source window, from `with` to its end."""

    def __init__(self, screen: Screen, files: Sequence[Path]) -> None:
        self._screen = screen
        self._heard: Queue[str] = Queue()
        self._process = subprocess.Popen(
            [sys.executable, str(_SOURCE), *map(str, files)],
            env=screen.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._listening = Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._listening.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._listening.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def drag_onto(self, window: str) -> None:
        """Press on the source, pull, and let go over the window once it has accepted; return when it has the files."""
        source = self._screen.window_of(self._process.pid)
        self._screen.place(source, 1300, 100)
        x, y = self._screen.middle_of(source)
        self._screen.point(x, y)
        self._screen.press()
        for step in range(1, 6):
            self._screen.point(x - 8 * step, y)
        self._await("dragging")
        x, y = self._screen.middle_of(window)
        for step in range(5, -1, -1):
            self._screen.point(x + 4 * step, y + 4 * step)
        self._await("accepted")
        self._screen.release()
        self._await("dropped")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(line.strip())

    def _await(self, word: str) -> None:
        try:
            while self._heard.get(timeout=PATIENCE) != word:
                pass
        except Empty:
            raise AssertionError(f"the source never said {word!r}") from None
