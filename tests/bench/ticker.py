"""A 5 ms timer in a window: how long does it have to wait? Used by the bench's windows."""

import json
import sys
import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget


class Ticker(QObject):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticks: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._ticks.append(time.monotonic())
        self._timer.start()

    def stop(self) -> dict[str, float]:
        """End, and return longest gap and 99th percentile in milliseconds, and how many seconds that took."""
        self._timer.stop()
        gaps = sorted(1000 * (after - before) for before, after in zip(self._ticks, self._ticks[1:], strict=False))
        return {"longest": gaps[-1], "p99": gaps[int(len(gaps) * 0.99)], "seconds": self._ticks[-1] - self._ticks[0]}

    def _tick(self) -> None:
        self._ticks.append(time.monotonic())


class PaintWatch(QObject):
    """Says when a widget has been painted. `painted` carries the time.monotonic() after its paint event."""

    painted = Signal(float)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The paint event is under way: a turn of the loop later it is done."""
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, lambda: self.painted.emit(time.monotonic()))
        return False


def tell(figures: dict[str, float]) -> None:
    """Write figures for the process that started this one."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()
