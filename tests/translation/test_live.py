"""The language changes while everything is open: window, rows, menus, tooltips and dialogs follow at once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QFileInfo, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileIconProvider,
    QLabel,
    QLineEdit,
    QMenu,
    QTabWidget,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.cut_off import cut_off
from tests.gui.fake_engine import FakeEngine, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Fact, Finding, Progress, QueueStatus, Totals, UploadsAdded, Verdict
from uploader_gui.engine.models import UploadState
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.taskbar_and_notifications import IconMenu
from uploader_gui.gui.upload_list.upload_model import Column
from uploader_gui.gui.window.header import SignInState
from uploader_gui.platform.application import Language
from uploader_gui.settings import Fixed, Settings

S = UploadState
SAME = {"English", "Français", "Type", "Menu", "F1", "Scroll Left", "Scroll Right"}
"""What is the same in both languages, names a language in itself, or is a hidden button of Qt's own."""


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def window(engine: FakeEngine, qapp: QApplication, language: Language, qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(engine, Theme(qapp, Qt.ColorScheme.Light), anomaly_id="4217")
    qtbot.addWidget(made, before_close_func=lambda one: one.hide())
    made.show()
    yield made
    made.hide()


def texts(window: MainWindow) -> dict[str, str]:
    """Give every text on every widget, by where it stands."""
    found: dict[str, str] = {}
    for number, widget in enumerate(window.findChildren(QWidget)):
        place = f"{number} {type(widget).__name__}"
        for name, text in _of(widget):
            found[f"{place} {name}"] = text
    return {place: text for place, text in found.items() if any(c.isalpha() for c in text)}


def _of(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "tooltip", widget.toolTip()
    yield "name", widget.accessibleName()
    yield "description", widget.accessibleDescription()
    yield "title", widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    if isinstance(widget, QLineEdit):
        yield "placeholder", widget.placeholderText()
    if isinstance(widget, QMenu):
        for at, action in enumerate(widget.actions()):
            yield f"entry {at}", action.text()
    if isinstance(widget, QTabWidget):
        for at in range(widget.count()):
            yield f"tab {at}", widget.tabText(at)


def fill(window: MainWindow, engine: FakeEngine) -> None:
    engine.tell(
        UploadsAdded(tuple(upload(f"{n}", state, order=n) for n, state in enumerate(S))),
        QueueStatus(running=True),
        Progress((), Totals(speed=1e6, seconds_left=150)),
    )
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 100))


def open_dialogs(window: MainWindow) -> None:
    window.dialogs.sign_in(TokensKept.KEYRING)
    settings = window.dialogs.settings(Settings(api_url="https://a.example"), {"theme": Fixed("UPLOADER_THEME")})
    settings.connection.panel.show_finding(Finding(Fact.CLOCK_BEHIND, Verdict.NOTE, ("190",)))
    window.dialogs.leave()
    IconMenu(window, window.background_wanted, window.exit_requested)


def test_everything_that_is_open_follows_the_language_and_comes_back(
    window: MainWindow, engine: FakeEngine, language: Language, qtbot: QtBot
) -> None:
    fill(window, engine)
    open_dialogs(window)
    english, rows = texts(window), states(window)
    assert "about 2 min 30 left" in window.footer.below.toolTip() + window.footer.below.text().replace("\u00a0", " ")
    language.use("fr")
    qtbot.waitUntil(lambda: window.header.settings.toolTip() == "Paramètres")
    qtbot.waitUntil(lambda: left_behind(english, texts(window)) == [])
    qtbot.waitUntil(lambda: "encore environ" in window.footer.below.text())
    assert all(one != other for one, other in zip(rows, states(window), strict=True))
    assert "Échec" in states(window)
    language.use("en")
    qtbot.waitUntil(lambda: texts(window) == english)


def states(window: MainWindow) -> list[str]:
    """Return what the rows say; the first ones are of states that the file's progress tells."""
    return [window.model.index(row, Column.STATE).data() for row in range(window.model.rowCount())][6:]


def left_behind(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Name what says the same as in the other language, but for figures, names and addresses."""
    return [
        f"{place}: {text}"
        for place, text in before.items()
        if after.get(place) == text and text not in SAME and not _is_no_sentence(text)
    ]


def _is_no_sentence(text: str) -> bool:
    return "example" in text or text.startswith(("Ctrl+", "https://")) or text == "4217"


def test_in_french_nothing_is_cut_off_in_a_small_window_with_a_band(
    window: MainWindow, engine: FakeEngine, language: Language, qtbot: QtBot
) -> None:
    fill(window, engine)
    engine.tell(UploadsAdded(tuple(upload(f"more {n}", S.QUEUED, order=n) for n in range(1200))))
    language.use("fr")
    window.resize(640, 480)
    assert window.banner.isVisible()
    qtbot.waitUntil(lambda: "encore environ" in window.footer.below.text())
    qtbot.waitUntil(lambda: cut_off(window) == [])
    assert window.height() <= 520


def test_a_running_row_is_painted_in_the_language_in_use(
    window: MainWindow, engine: FakeEngine, language: Language, qtbot: QtBot
) -> None:
    running = [upload("a.pdf", S.UPLOADING), upload("b.pdf", S.RETRYING, Code.CONNECTION_LOST)]
    engine.tell(UploadsAdded(tuple(running)), QueueStatus(running=True))
    english = window.view.viewport().grab().toImage()
    language.use("fr")
    qtbot.waitUntil(lambda: window.header.settings.toolTip() == "Paramètres")
    second_line = QRect(window.view.viewport().width() // 20, 0, window.view.viewport().width() // 2, 120)
    french = window.view.viewport().grab().toImage()
    assert french.copy(second_line) != english.copy(second_line)


def test_qts_own_file_dialog_is_named_in_french_too(window: MainWindow, language: Language, tmp_path: Path) -> None:
    language.use("fr")
    dialog = window.add_files.choose_files()
    named = {one.text().replace("&", "") for one in dialog.findChildren(QLabel) if one.text()}
    assert {"Dossier\u00a0:", "Type de fichier\u00a0:"} <= named
    assert named.isdisjoint({"Look in:", "Files of type:"})
    kinds = [QFileIconProvider().type(QFileInfo(str(path))) for path in (tmp_path, Path("/"))]
    assert kinds == ["Dossier", "Disque"]
    (table,) = dialog.findChildren(QTreeView)
    wanted = (
        table.fontMetrics().horizontalAdvance(text) + 16
        for text in ("1023,99 Kio", "feuille de calcul", "30/11/2026 23:59")
    )
    assert all(table.header().sectionSize(column) >= width for column, width in enumerate(wanted, 1))
    dialog.reject()
