"""F1 and the help buttons open the guide at the page of what is on the screen; it hands out log and diagnostics."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QKeySequence, QShortcut, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, FakeEngine, S, Window, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, QueueStatus, UploadsAdded
from uploader_gui.gui.dialogs.guide_window import PAGES, GuideWindow, page_file
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.platform.application import Language
from uploader_gui.settings import Settings


def opened() -> GuideWindow:
    """The guide that is open; it has no parent to be found by."""
    guides = [one for one in QApplication.topLevelWidgets() if isinstance(one, GuideWindow) and one.isVisible()]
    assert len(guides) == 1
    return guides[0]


@pytest.fixture
def guide(theme: Theme, qtbot: QtBot) -> GuideWindow:
    made = GuideWindow(theme)
    qtbot.addWidget(made)
    made.show_page("first-deposit")
    return made


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    made = Language(qapp)
    made.use("en")
    yield made
    made.use("en")


def expired(engine: FakeEngine) -> None:
    engine.tell(
        UploadsAdded((upload("a", S.QUEUED),)), QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))
    )


@pytest.mark.parametrize(
    ("happens", "page"),
    [
        (lambda _: None, "first-deposit"),
        (lambda engine: engine.tell(UploadsAdded((upload("a", S.QUEUED),))), "first-deposit"),
        (expired, "anomaly-and-tokens"),
        (
            lambda engine: engine.tell(
                UploadsAdded((upload("a", S.QUEUED),)),
                QueueStatus(running=True, conditions=frozenset({Condition.OFFLINE})),
            ),
            "failures",
        ),
        (lambda engine: engine.tell(UploadsAdded((upload("a", S.FAILED, Code.CHANGED),))), "failures"),
        (
            lambda engine: engine.tell(UploadsAdded((upload("a", S.REFUSED, Code.TYPE_NOT_ACCEPTED, detail="HEIC"),))),
            "refused-files",
        ),
        (lambda engine: engine.tell(UploadsAdded((upload("a", S.UPLOADED),))), "receipts"),
    ],
)
def test_f1_opens_the_page_about_what_is_shown(
    window: Window, happens: Callable[[FakeEngine], None], page: str
) -> None:
    happens(window.engine)
    window.model.flush()
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert opened().text.page == page


@pytest.mark.parametrize(
    ("dialog", "page"),
    [
        (lambda window: window.dialogs.settings(Settings(api_url="https://a.example")), "settings"),
        (lambda window: window.dialogs.sign_in(TokensKept.KEYRING), "anomaly-and-tokens"),
        (lambda window: window.dialogs.leave(), "first-deposit"),
    ],
)
def test_f1_in_a_dialog_opens_the_page_about_it(window: Window, dialog: Callable[[Window], QDialog], page: str) -> None:
    QTest.keyClick(dialog(window), Qt.Key.Key_F1)
    assert opened().text.page == page


def test_history_and_the_question_about_refused_files_have_help_of_their_own(window: Window) -> None:
    window.dialogs.history()
    dialog = window.findChild(HistoryDialog)
    assert dialog is not None
    QTest.mouseClick(dialog.help, LEFT)
    assert opened().text.page == "history"
    window.tell(UploadsAdded((upload("a", S.REFUSED, Code.TYPE_NOT_ACCEPTED, detail="HEIC"),)))
    window.model.flush()
    question = window.dialogs.refused()
    assert question is not None
    QTest.keyClick(question, Qt.Key.Key_F1)
    assert opened().text.page == "refused-files"


def test_help_can_be_reached_without_a_shortcut_and_used_beside_a_dialog_that_waits(
    window: Window, qtbot: QtBot
) -> None:
    settings = window.dialogs.settings(Settings(api_url="https://a.example"))
    QTest.mouseClick(settings.help, LEFT)
    assert opened().text.page == "settings"
    assert FooterAction.HELP in window.footer._menu_entries
    guide = opened()
    qtbot.waitExposed(guide)
    with qtbot.waitSignal(guide.finished):
        QTest.mouseClick(guide.close_button, LEFT)
    assert settings.isVisible()


def test_every_page_is_listed_and_shown_when_it_is_chosen(guide: GuideWindow) -> None:
    for row, name in enumerate(PAGES):
        item = guide.pages.topLevelItem(row)
        assert item is not None
        guide.pages.setCurrentItem(item)
        assert guide.text.page == name
        assert guide.text.toPlainText().startswith(item.text(0))


def test_a_link_leads_to_another_page_and_back(guide: GuideWindow, qtbot: QtBot) -> None:
    guide.text.anchorClicked.emit(QUrl("receipts.md"))
    current = guide.pages.currentItem()
    assert current is not None
    assert (guide.text.page, current.text(0)) == ("receipts", "Receipts")
    qtbot.waitUntil(guide.back.isEnabled)
    QTest.mouseClick(guide.back, LEFT)
    assert guide.text.page == "first-deposit"


def test_only_an_https_link_leaves_the_guide(guide: GuideWindow, shown_elsewhere: list[str]) -> None:
    for link in ("https://a.example/x", "http://a.example/", "file:///etc/passwd", "pictures/empty.png"):
        guide.text.anchorClicked.emit(QUrl(link))
    assert (shown_elsewhere, guide.text.page) == (["https://a.example/x"], "first-deposit")


def test_pictures_are_as_wide_as_the_page_and_no_wider(guide: GuideWindow, qtbot: QtBot) -> None:
    for width in (900, 560):
        guide.resize(width, 600)
        room = guide.text.viewport().width() - 2 * guide.text.document().documentMargin()
        qtbot.waitUntil(lambda room=room: 0 < picture(guide).deviceIndependentSize().width() <= room)  # type: ignore[misc]  # bound at once
    assert guide.text.horizontalScrollBar().maximum() == 0


def picture(guide: GuideWindow) -> QImage:
    address = QUrl.fromLocalFile(str(page_file("first-deposit").parent / "pictures" / "empty.png"))
    image = guide.text.document().resource(QTextDocument.ResourceType.ImageResource.value, address)
    assert isinstance(image, QImage)
    return image


def test_the_open_page_follows_the_language(guide: GuideWindow, language: Language, qtbot: QtBot) -> None:
    guide.show_news("Copied.")
    language.use("fr")
    qtbot.waitUntil(lambda: guide.windowTitle() == "Guide d’utilisation")
    assert guide.text.toPlainText().startswith("Premier dépôt")
    first = guide.pages.topLevelItem(0)
    assert first is not None
    assert first.text(0) == "Premier dépôt"
    assert guide.news.text() == ""


@pytest.mark.parametrize("spoken", ["fr", "en"])
def test_every_shortcut_of_the_window_is_in_the_guide(window: Window, language: Language, spoken: str) -> None:
    language.use(spoken)
    table = page_file("shortcuts").read_text("utf-8")
    enter = "Ctrl+Entrée" if spoken == "fr" else "Ctrl+Enter"
    names = {"Esc": "Échap", "Del": "Suppr"} if spoken == "fr" else {}
    names |= {"Ctrl+Return": enter, "Ctrl+Enter": enter}
    for shortcut in window.findChildren(QShortcut):
        keys = shortcut.key().toString(QKeySequence.SequenceFormat.PortableText)
        assert f"| {names.get(keys, keys)} |" in table


def test_log_and_diagnostics_are_asked_for_and_confirmed(window: Window, qtbot: QtBot) -> None:
    window.dialogs.help()
    guide = opened()
    with qtbot.waitSignal(window.log_wanted):
        QTest.mouseClick(guide.show_log, LEFT)
    with qtbot.waitSignal(window.diagnostics_wanted):
        QTest.mouseClick(guide.copy, LEFT)
    assert not guide.news.isVisible()
    window.dialogs.show_in_guide("Copied.")
    assert guide.news.isVisible()
    assert guide.news.text() == "Copied."
    guide.close()
    window.dialogs.show_in_guide("The report was saved.")  # it took its time
    assert window.header.hint.text() == "The report was saved."


@pytest.mark.parametrize("with_names", [False, True])
def test_a_report_is_asked_for_with_names_only_if_they_may_be_in_it(
    window: Window, qtbot: QtBot, tmp_path: Path, *, with_names: bool
) -> None:
    window.dialogs.help()
    dialog = opened().ask_for_report()
    assert not dialog.names.isChecked()
    dialog.names.setChecked(with_names)
    place = dialog.choose_place()
    assert place.selectedFiles()[0].endswith(".zip")
    place.selectFile(str(tmp_path / "report.zip"))
    with qtbot.waitSignal(window.report_wanted) as asked:
        place.fileSelected.emit(str(tmp_path / "report.zip"))
    assert asked.args == [tmp_path / "report.zip", with_names]
    assert not dialog.isVisible()


def test_a_first_time_user_finds_the_guide_without_knowing_f1_and_it_closes_with_the_window(window: Window) -> None:
    QTest.mouseClick(window.empty.guide, LEFT)
    assert opened().isVisible()
    guide = opened()
    window.hide()
    assert not guide.isVisible()
