"""What the register says of the number in the field, a number out of a link or a pasted text, and one mistyped."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.dragging import drop, files
from tests.gui.fake_engine import CTRL, LEFT, REST, RUNNING, FakeEngine, S, Window, colors_of, found, upload
from uploader_gui.anomaly_links import AnomalyPages
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    AnomalyLookedUp,
    Condition,
    Lookup,
    QueueStatus,
    SignedIn,
    SignInRequired,
    UploadsAdded,
)
from uploader_gui.engine.models import UploadState
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.anomaly_field import similar
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import FRENCH, use_language

KNOWN = AnomalyLookedUp("4217", Lookup.KNOWN, "4217", "Fire door, level 3", "École Jaurès")
WAITS = UploadsAdded((upload("a.jpg", UploadState.QUEUED),))


@pytest.fixture
def signed_in(window: Window, engine: FakeEngine) -> Window:
    window.tell(REST)
    window.set_signed_in(SignInState(signed_in=True))
    return window


def typed(window: Window, text: str) -> None:
    window.header.field.clear()
    QTest.keyClicks(window.header.field, text)


def place(window: QWidget, shown: QWidget) -> QRect:
    """Return where a part of the window is shown, in that window's pixels."""
    return QRect(shown.mapTo(window, QPoint()), shown.size())


def _rows(state: S, elsewhere: str = "") -> UploadsAdded:
    code = Code.TLS if state is S.FAILED else None
    numbers = enumerate(("99", "4217"))
    return UploadsAdded(
        tuple(upload(str(n), state, code, order=n, anomaly_id=number, elsewhere=elsewhere) for n, number in numbers)
    )


def _first_entry(window: Window) -> None:
    window.view.selectAll()
    window.view.menu_for(window.view.selected()).actions()[0].trigger()


def tips(window: Window) -> set[str]:
    return {action.toolTip() for action in window.header.field.actions()}


def asked_at_start(window: Window) -> QMessageBox:
    QTest.mouseClick(window.footer.primary, LEFT)
    (question,) = window.findChildren(QMessageBox)
    return question


def test_the_register_is_asked_once_after_typing_has_come_to_rest(signed_in: Window, qtbot: QtBot) -> None:
    typed(signed_in, "4217")
    assert signed_in.engine.looked_up == []
    qtbot.waitUntil(lambda: signed_in.engine.looked_up == ["4217"])
    signed_in.tell(KNOWN)
    assert signed_in.header.hint.text() == "Fire door, level 3 – École Jaurès"
    assert signed_in.header.hint.property("kind") == "muted"
    typed(signed_in, "42171")
    assert signed_in.header.hint.text() == ""


@pytest.mark.parametrize("title", ["Fire door, level 3 " * 20, "FIRE-DOOR-" * 20])
def test_a_long_title_stands_below_the_field_in_a_narrow_window_and_beside_it_in_a_wide_one(
    signed_in: Window, title: str, qtbot: QtBot
) -> None:
    header = signed_in.header
    signed_in.resize(640, 480)
    typed(signed_in, "4217")
    signed_in.tell(AnomalyLookedUp("4217", Lookup.KNOWN, "4217", title, "École Jaurès"))
    signed_in.grab()  # only now is everything laid out
    assert place(header, header.hint).top() > header.field.geometry().bottom()
    assert header.hint.heightForWidth(header.hint.width()) <= header.hint.height()
    assert title.strip() in header.hint.toolTip()
    signed_in.resize(980, 680)
    qtbot.waitUntil(lambda: place(header, header.hint).left() > header.field.geometry().right())
    assert place(header, header.hint).right() < header.sign_in.x()
    assert header.hint.heightForWidth(header.hint.width()) <= header.hint.height()
    assert len(header.hint.text()) > 60


@pytest.mark.parametrize("width", [640, 680, 760, 840])
def test_what_the_register_says_can_be_read_in_french_at_any_width(signed_in: Window, width: int) -> None:
    use_language(FRENCH)
    signed_in.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 9000, accepted=True))
    signed_in.resize(width, 480)
    typed(signed_in, "4217")
    signed_in.tell(AnomalyLookedUp("4217", Lookup.UNKNOWN))
    signed_in.grab()
    header = signed_in.header
    assert header.hint.text() == "Le registre ne connaît pas d’anomalie 4217."
    assert header.hint.heightForWidth(header.hint.width()) <= header.hint.height()
    assert not place(header, header.hint).intersects(header.field.geometry())
    assert not place(header, header.hint).intersects(header.sign_in.geometry())
    assert header.sign_in.width() >= header.sign_in.sizeHint().width()


def test_enter_asks_at_once_and_further_typing_ends_the_search(signed_in: Window) -> None:
    typed(signed_in, "42")
    QTest.keyClick(signed_in.header.field, Qt.Key.Key_Return)
    assert signed_in.engine.looked_up == ["42"]
    QTest.keyClicks(signed_in.header.field, "1")
    assert signed_in.engine.looked_up == ["42", ""]


def test_only_what_could_not_be_checked_is_asked_once_more(signed_in: Window) -> None:
    for number, answer in (("42", Lookup.UNCHECKED), ("43", Lookup.UNKNOWN), ("42", None), ("43", None)):
        typed(signed_in, number)
        for _ in range(2):
            QTest.keyClick(signed_in.header.field, Qt.Key.Key_Return)
            signed_in.tell(AnomalyLookedUp("99", Lookup.KNOWN))  # a dialog asked about another one
        if answer is not None:
            signed_in.tell(AnomalyLookedUp(number, answer))
    assert signed_in.engine.looked_up == ["42", "43", "42", ""]
    assert signed_in.header.hint.text() == "The register knows no anomaly 43."


@pytest.mark.parametrize(
    ("result", "mark", "said"),
    [
        (Lookup.KNOWN, "The register knows this anomaly.", "The register knows this anomaly."),
        (Lookup.UNCHECKED, "Valid format", "Valid format"),
        (Lookup.UNKNOWN, "", "The register knows no anomaly 42."),
    ],
)
def test_a_number_that_the_register_does_not_know_has_no_check_mark_in_the_window_and_where_files_are_moved(
    signed_in: Window, theme: Theme, result: Lookup, mark: str, said: str
) -> None:
    signed_in.tell(WAITS)
    dialog = signed_in.dialogs.send_to(WAITS.uploads)
    fields = (signed_in.header.field, dialog.field)
    for field in fields:
        field.setText("42")
    signed_in.tell(AnomalyLookedUp("42", result))
    marks = [action for field in fields for action in field.actions() if action.isVisible()]
    assert [action.toolTip() for action in marks] == [mark] * 2 * bool(mark)
    is_known = result is Lookup.KNOWN
    assert all((theme.colors.ok.lower() in colors_of(one.icon().pixmap(18))) is is_known for one in marks)
    assert [field.accessibleDescription() for field in fields] == [said] * 2


@pytest.mark.parametrize("by", ["other tokens", "accepted tokens", "the network"])
def test_what_could_not_be_checked_is_checked_once_the_register_answers(
    signed_in: Window, qtbot: QtBot, by: str
) -> None:
    offline = QueueStatus(running=True, conditions=frozenset({Condition.OFFLINE}))
    typed(signed_in, "42")
    signed_in.tell(offline, SignInRequired())
    QTest.keyClick(signed_in.header.field, Qt.Key.Key_Return)
    signed_in.tell(AnomalyLookedUp("42", Lookup.UNCHECKED))
    if by == "other tokens":
        signed_in.set_signed_in(SignInState(signed_in=True, which=2))
    else:
        signed_in.tell(SignedIn() if by == "accepted tokens" else RUNNING)
    qtbot.waitUntil(lambda: signed_in.engine.looked_up == ["42", "42"])


def test_without_tokens_nobody_is_asked_until_there_are_some(window: Window, qtbot: QtBot) -> None:
    typed(window, "42")
    QTest.keyClick(window.header.field, Qt.Key.Key_Return)
    assert window.engine.looked_up == []
    window.set_signed_in(SignInState(signed_in=True))
    QTest.keyClick(window.header.field, Qt.Key.Key_Return)
    assert window.engine.looked_up == []  # the engine is still starting
    window.tell(REST)
    qtbot.waitUntil(lambda: window.engine.looked_up == ["42"])


def test_what_the_register_before_says_late_counts_no_longer(signed_in: Window) -> None:
    for server in ("https://one.example", "https://two.example"):
        signed_in.set_operator(AnomalyPages("", server), "")
    typed(signed_in, "4217")
    signed_in.tell(KNOWN._replace(server="https://one.example"))
    assert signed_in.number.result is None
    signed_in.tell(KNOWN._replace(server="https://two.example"))
    assert signed_in.number.result is Lookup.KNOWN


def test_what_could_not_be_checked_is_said_quietly_and_is_not_in_the_way(signed_in: Window) -> None:
    typed(signed_in, "a.jpg")
    typed(signed_in, "42")
    signed_in.tell(AnomalyLookedUp("42", Lookup.UNCHECKED), WAITS)
    assert signed_in.header.hint.text() == "Could not be checked with the register."
    assert signed_in.header.hint.property("kind") == "muted"
    QTest.mouseClick(signed_in.footer.primary, LEFT)
    assert signed_in.engine.calls == [("start", None)]
    for is_signed_in in (False, True):  # with other tokens it is asked once more
        signed_in.set_signed_in(SignInState(signed_in=is_signed_in))
    signed_in.header.field.setFocus()
    QTest.keyClick(signed_in.header.field, Qt.Key.Key_Return)
    assert signed_in.engine.looked_up == ["42"]


def test_a_number_the_register_does_not_know_is_amber_and_start_asks_once(signed_in: Window, qtbot: QtBot) -> None:
    number = WAITS.uploads[0].anomaly_id
    typed(signed_in, number)
    signed_in.tell(AnomalyLookedUp(number, Lookup.UNKNOWN), WAITS)
    signed_in.tell(UploadsAdded((upload("b.jpg", UploadState.QUEUED, anomaly_id="99"),)))
    assert signed_in.header.hint.text() == f"The register knows no anomaly {number}."
    assert signed_in.header.hint.property("kind") == "warning"
    assert "The register knows this anomaly." not in tips(signed_in)
    question = asked_at_start(signed_in)
    assert number in question.text()
    assert question.defaultButton() is question.button(QMessageBox.StandardButton.Cancel)
    question.button(QMessageBox.StandardButton.Cancel).click()
    assert signed_in.engine.calls == []
    qtbot.waitUntil(lambda: not signed_in.findChildren(QMessageBox))
    question = asked_at_start(signed_in)
    question.buttons()[0].click()
    assert signed_in.engine.calls == [("start", None)]
    QTest.mouseClick(signed_in.footer.primary, LEFT)
    assert signed_in.engine.calls == [("start", None)] * 2
    signed_in.tell(AnomalyLookedUp("99", Lookup.UNKNOWN))
    qtbot.waitUntil(lambda: not signed_in.findChildren(QMessageBox))
    assert "99" in asked_at_start(signed_in).text()


def test_what_one_register_says_of_a_number_does_not_stand_for_another(signed_in: Window, qtbot: QtBot) -> None:
    number = WAITS.uploads[0].anomaly_id
    signed_in.set_operator(AnomalyPages(server="https://one.example"), "")
    typed(signed_in, number)
    signed_in.tell(AnomalyLookedUp(number, Lookup.UNKNOWN), WAITS)
    asked_at_start(signed_in).buttons()[0].click()
    signed_in.tell(AnomalyLookedUp(number, Lookup.KNOWN, title="Fire door"))
    assert "The register knows this anomaly." in tips(signed_in)
    signed_in.set_operator(AnomalyPages(server="https://two.example"), "")
    assert "The register knows this anomaly." not in tips(signed_in)
    assert signed_in.header.hint.text() == ""
    qtbot.waitUntil(lambda: signed_in.engine.looked_up == [number])
    signed_in.tell(AnomalyLookedUp(number, Lookup.UNKNOWN))
    qtbot.waitUntil(lambda: not signed_in.findChildren(QMessageBox))
    assert number in asked_at_start(signed_in).text()


@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        ("https://register.example/anomalies/4217?tab=files", "4217"),
        ("uploader-gui:?anomaly=4217", "4217"),
        ("Anomalie n° 4217", "4217"),
        ("A-42_b", "A-42_b"),
        ("4217 or 4218", "4217 or 4218"),
    ],
)
def test_a_pasted_address_or_text_gives_its_number(window: Window, pasted: str, shown: str) -> None:
    QGuiApplication.clipboard().setText(pasted)
    window.header.field.setFocus()
    QTest.keyClick(window.header.field, Qt.Key.Key_V, CTRL)
    assert window.header.field.text() == shown


@pytest.mark.parametrize(
    ("copied", "shown", "added"),
    [
        (QUrl.fromLocalFile("/evidence/photo 4217.jpg"), "99", [([Path("/evidence/photo 4217.jpg")], "99")]),
        (QUrl("uploader-gui:?anomaly=4217"), "4217", []),
    ],
)
def test_a_copied_file_is_added_and_the_number_in_its_name_is_not_taken_for_the_anomalys(
    window: Window, copied: QUrl, shown: str, added: list[tuple[list[Path], str]]
) -> None:
    window.set_anomaly("99")
    mime = QMimeData()
    mime.setUrls([copied])
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keyClick(window.header.field, Qt.Key.Key_V, CTRL)
    assert (window.header.field.text(), window.engine.added) == (shown, added)


def test_a_number_from_a_link_waits_to_be_confirmed_while_files_are_sent(window: Window) -> None:
    window.open_link("4217")
    window.add_files.add([Path("/evidence/a.jpg")])
    assert window.engine.added == [([Path("/evidence/a.jpg")], "4217")]
    window.tell(WAITS, RUNNING)
    window.open_link("4218")
    window.add_files.add([Path("/evidence/b.jpg")])
    assert len(window.engine.added) == 1
    QTest.mouseClick(window.header.add_kept, LEFT)
    assert window.engine.added[1:] == [([Path("/evidence/b.jpg")], "4218")]


def test_an_unknown_number_is_confirmed_before_it_gets_files_that_would_go_at_once(signed_in: Window) -> None:
    signed_in.tell(WAITS, RUNNING, AnomalyLookedUp("99", Lookup.UNKNOWN))
    typed(signed_in, "99")
    drop(signed_in, files("/evidence/b.jpg"))
    assert signed_in.engine.added == []
    QTest.mouseClick(signed_in.header.add_kept, LEFT)
    drop(signed_in, files("/evidence/c.jpg"))
    assert [number for _, number in signed_in.engine.added] == ["99", "99"]


def test_what_was_dropped_in_a_pause_for_an_unknown_number_is_asked_about_at_resume(signed_in: Window) -> None:
    signed_in.tell(WAITS, RUNNING, REST, AnomalyLookedUp("99", Lookup.UNKNOWN))
    signed_in.tell(UploadsAdded((upload("b.jpg", anomaly_id="99", order=1),)))
    assert signed_in.footer.primary.text() == "Resume"
    assert "99" in asked_at_start(signed_in).text()
    assert signed_in.engine.calls == []


def test_nothing_is_asked_about_a_number_that_nothing_is_to_be_sent_to_any_more(signed_in: Window) -> None:
    sent = UploadsAdded((upload("sent.jpg", S.UPLOADED, anomaly_id="99"),))
    signed_in.tell(sent, WAITS, AnomalyLookedUp("99", Lookup.UNKNOWN))
    QTest.mouseClick(signed_in.footer.primary, LEFT)
    assert signed_in.engine.calls == [("start", None)]


def test_an_unknown_number_is_asked_about_when_a_full_disk_has_room_again(signed_in: Window) -> None:
    full = QueueStatus(running=False, conditions=frozenset({Condition.JOURNAL}))
    signed_in.tell(WAITS, full, AnomalyLookedUp(WAITS.uploads[0].anomaly_id, Lookup.UNKNOWN))
    assert signed_in.banner.button.text() == "Retry"
    QTest.mouseClick(signed_in.banner.button, LEFT)
    assert signed_in.engine.calls == []
    found(signed_in, QMessageBox).buttons()[0].click()
    assert signed_in.engine.calls == [("start", None)]


SENT_AT_ONCE: dict[str, tuple[Callable[[Window], object], UploadsAdded, tuple[str, object]]] = {
    "the primary button": (lambda window: window.footer.primary.click(), _rows(S.FAILED), ("retry_failed", None)),
    "the menu": (
        lambda window: window.footer.action_wanted.emit(FooterAction.RETRY_ALL_FAILED),
        _rows(S.FAILED),
        ("retry_failed", None),
    ),
    "the banner": (lambda window: window.banner.button.click(), _rows(S.FAILED), ("retry", ["0", "1"])),
    "rows": (_first_entry, _rows(S.CANCELLED), ("retry", ["0", "1"])),
    "the banner, of another server": (
        lambda window: window.banner.other.click(),
        _rows(S.QUEUED, elsewhere="https://old.example"),
        ("send_here", ["0", "1"]),
    ),
}
"""What sends at once, without Start: how a person asks for it, the rows, and what the engine is asked then."""


@pytest.mark.parametrize("case", SENT_AT_ONCE)
def test_what_sends_at_once_asks_about_an_unknown_number_too(signed_in: Window, case: str) -> None:
    press, rows, wanted = SENT_AT_ONCE[case]
    signed_in.tell(rows, AnomalyLookedUp("4217", Lookup.UNKNOWN))
    press(signed_in)
    assert signed_in.engine.calls == []
    found(signed_in, QMessageBox).buttons()[0].click()
    assert signed_in.engine.calls == [wanted]


def test_a_slip_is_noticed_and_one_click_mends_it(window: Window) -> None:
    window.header.field.offer(["4217"])
    typed(window, "4271")
    assert window.header.suggestion.text() == "Did you mean 4217?"
    QTest.mouseClick(window.header.suggestion, LEFT)
    assert window.header.field.text() == "4217"
    assert not window.header.suggestion.isVisible()


def test_a_slip_that_files_were_dropped_for_once_is_still_noticed(signed_in: Window) -> None:
    signed_in.header.field.offer(["4271", "4217"])
    typed(signed_in, "4271")
    assert not signed_in.header.suggestion.isVisible()
    signed_in.tell(AnomalyLookedUp("4271", Lookup.UNKNOWN))
    assert signed_in.header.suggestion.text() == "Did you mean 4217?"


def test_the_offered_numbers_go_once_the_only_one_stands_there(window: Window) -> None:
    field = window.header.field
    field.offer(["4217", "1108"])
    popup, seen = field.completer().popup(), []
    assert popup is not None
    for key in "4217":
        QTest.keyClicks(field, key)
        seen.append(popup.isVisible())
    assert seen == [True, True, True, False]


@pytest.mark.parametrize(
    ("typed_number", "meant"),
    [
        ("4217", ""), ("4271", "4217"), ("4218", "4217"), ("421", "4217"), ("417", "4217"), ("42917", "4217"),
        ("42177", "4217"), ("2417", "4217"), ("7421", ""), ("4128", ""), ("", ""), ("4", ""),
    ],
)  # fmt: skip
def test_only_one_digit_or_one_swap_is_a_slip(typed_number: str, meant: str) -> None:
    assert similar(typed_number, ["99", "4217"]) == meant
