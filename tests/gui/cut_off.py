"""What of a window is not seen whole. Run as a program: of windows on a low screen, in the states that need most room.

The screen is that of the platform (`QT_QPA_PLATFORM=offscreen:configfile=…`). By state, the window's height and what is
cut off are printed as JSON.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from tests.gui.fake_engine import REST, RUNNING, FakeEngine, S, Window, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import AnomalyLookedUp, EngineFailed, Lookup, PathsAdded, UploadsAdded
from uploader_gui.engine.models import Reason
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme
from uploader_gui.platform.application import Language

SHARED = UploadsAdded(tuple(upload(f"{n}", S.FAILED, Code.NO_ACCESS, order=n) for n in range(3)))
SENT = UploadsAdded((upload("a", S.UPLOADED), upload("b", S.REFUSED)))


def cut_off(window: MainWindow) -> list[str]:
    window.grab()  # only now is everything laid out
    buttons = [
        one.text() or one.accessibleName()
        for one in window.body.findChildren(QAbstractButton)
        if one.isVisible()
        and not isinstance(one.parent(), QLineEdit)
        and not (
            one.height() >= one.sizeHint().height()
            and one.width() >= one.sizeHint().width()
            and window.rect().contains(one.mapTo(window, one.rect().bottomRight()))
        )
    ]
    labels = [one for one in window.body.findChildren(QLabel) if one.isVisible() and one.wordWrap()]
    return buttons + [one.text() for one in labels if one.heightForWidth(one.width()) > one.height() or _breaks(one)]


def _breaks(label: QLabel) -> bool:
    """Return whether a word is wider than the label: Qt cuts it, and counts one line for it."""
    return any(label.fontMetrics().horizontalAdvance(word) > label.width() for word in label.text().split())


STATES: dict[str, Callable[[Window], None]] = {
    "kept": lambda window: window.add_files.keep([Path("/a.jpg"), Path("/")]),
    "failed engine": lambda window: window.tell(EngineFailed(Reason(Code.JOURNAL_IN_USE))),
    "dropped": lambda window: window.tell(SENT, PathsAdded("4217", 0, 1, 2, 1)),
    "sending": lambda window: window.tell(UploadsAdded((upload("a", S.UPLOADING), upload("b"))), RUNNING),
    "sent": lambda window: window.tell(SENT, RUNNING, REST),
    "sent, and failed for one cause": lambda window: window.tell(SENT, SHARED, RUNNING, REST),
}


def main() -> None:
    application = QApplication(sys.argv[:1])
    Language(application).use("fr")
    theme = Theme(application, Qt.ColorScheme.Light)
    found = {}
    for name, begin in STATES.items():
        window = Window(FakeEngine(), theme, anomaly_id="4217")
        window.resize(667, 300)  # lower than it may be
        window.show()
        begin(window)
        window.tell(AnomalyLookedUp("4217", Lookup.KNOWN, title="Porte coupe-feu bloquée, niveau 2"))
        QTest.qWait(0)
        found[name] = window.height(), cut_off(window)
        window.hide()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
