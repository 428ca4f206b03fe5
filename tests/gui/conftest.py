"""A window over an engine by hand, as every test here wants it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import FakeEngine, Window
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.gui.style.theme import Theme
from uploader_gui.i18n import ENGLISH, use_language

HERE = Path(__file__).parent
OFFSCREEN = r"This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)"
"""What Qt's offscreen platform says of every dialog and menu; everything else it warns of fails the test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN, extend=True))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, Qt.ColorScheme.Light, settle_seconds=0)  # a test's clicks follow at once


@pytest.fixture
def any_scheme(theme: Theme) -> Iterator[Theme]:
    yield theme
    theme.force(Qt.ColorScheme.Light)


@pytest.fixture(autouse=True)
def english_numbers() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)
    use_language(ENGLISH)


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """What a test copied is not pasted into the next one, and ends before Python does: Qt would crash over it."""
    yield
    qapp.clipboard().clear()


class Elsewhere(QObject):
    """Takes what would be shown by another program: files, folders, pages."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile() or url.toString())


@pytest.fixture
def shown_elsewhere() -> Iterator[list[str]]:
    """What other programs were asked to show: paths and addresses."""
    elsewhere = Elsewhere()
    for scheme in ("file", "http", "https"):
        QDesktopServices.setUrlHandler(scheme, elsewhere, "open")  # type: ignore[arg-type]  # it takes text, whatever its stub says
    yield elsewhere.opened
    for scheme in ("file", "http", "https"):
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def window(engine: FakeEngine, theme: Theme, decoder: PictureDecoder, qtbot: QtBot) -> Window:
    made = Window(engine, theme)
    made.view.decoder = decoder
    made.held_start.seconds = 0  # tests of what is sent, and when, begin at once
    qtbot.addWidget(made, before_close_func=_let_go)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def trial(engine: FakeEngine, theme: Theme, qtbot: QtBot) -> Window:
    """The window of a trial."""
    made = Window(engine, theme, anomaly_id="DEMO-1", trial=True)
    qtbot.addWidget(made, before_close_func=_let_go)
    made.show()
    qtbot.waitExposed(made)
    return made


def _let_go(window: Window) -> None:
    """A window that only asks would stay: nothing listens to its question here. Qt's end crashes on what is copied."""
    window.hide()
    QGuiApplication.clipboard().clear()
