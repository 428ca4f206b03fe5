"""A bare PySide6 window, to compare the program's with: `python -m tests.bench.bare_window start|smooth`."""

import sys

from PySide6.QtCore import QCoreApplication, QSocketNotifier
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from tests.bench.ticker import PaintWatch, Ticker, tell


class BareWindow(QMainWindow):
    def __init__(self) -> None:
        super().__init__()
        self.setCentralWidget(QWidget())
        self.resize(980, 680)
        self._ticker = Ticker(self)

    def tell_when_painted(self) -> None:
        PaintWatch(self).painted.connect(self._painted)

    def tick_until_input_ends(self) -> None:
        """Let the timer tick until standard input ends, say what it saw, and leave."""
        self._input = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._input.activated.connect(self._input_ended)
        self._ticker.start()
        sys.stdout.write("\n")
        sys.stdout.flush()

    def _painted(self, at: float) -> None:
        tell({"painted_at": at})
        QCoreApplication.quit()

    def _input_ended(self) -> None:
        self._input.setEnabled(False)
        tell(self._ticker.stop())
        QCoreApplication.quit()


def main(scenario: str) -> None:
    application = QApplication(sys.argv[:1])
    window = BareWindow()
    if scenario == "start":
        window.tell_when_painted()
    window.show()
    if scenario == "smooth":
        window.tick_until_input_ends()
    application.exec()


if __name__ == "__main__":
    main(sys.argv[1])
