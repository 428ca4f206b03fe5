"""Sign-in: tokens are cleaned and hidden, nothing opens twice; and what the program is made of."""

import time

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, FakeEngine, Window
from uploader_gui import __version__
from uploader_gui.diagnostics import components
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept, clean
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import _


def said(window: Window) -> str:
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


@pytest.mark.parametrize(
    ("pasted", "token"),
    [
        ("abc.def", "abc.def"),
        ("  Bearer abc.def \n", "abc.def"),
        ("bearer\tabc.def", "abc.def"),
        ('"abc.def"', "abc.def"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("X-Session-Token: abc.def", "abc.def"),
        ("abc.\r\ndef", "abc.def"),
        ("Bearer ", ""),
        ("bearerish", "bearerish"),
        ("tokenish", "tokenish"),
        ("« abc.def »", "abc.def"),
        ("“abc.def”,", "abc.def"),
        ("<abc.def>;", "abc.def"),
        ("\ufeffabc.def\u200b\x00", "abc.def"),
        ("\u200eBearer\u00a0abc.def", "abc.def"),
        ("Bearer Bearer abc.def", "abc.def"),
        ('Bearer: "abc.def=="', "abc.def=="),
        ("authorization : Bearer abc.def", "abc.def"),
        ("-H 'authorization: Bearer abc.def' ", "abc.def"),
        ('{"Authorization":"Bearer abc.def"}', "abc.def"),
        ('"X-Session-Token": "abc.def",', "abc.def"),
        ('{"access_token": "abc.def"}', "abc.def"),
        ("session_token=abc.def", "abc.def"),
        ("export UPLOADER_BEARER_TOKEN='abc.def'", "abc.def"),
        ("Jeton d’accès : abc.def", "abc.def"),
    ],
)
def test_pasted_tokens_are_cleaned(pasted: str, token: str) -> None:
    assert clean(pasted) == token


def test_both_tokens_are_submitted_cleaned(window: Window, qtbot: QtBot) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    dialog.bearer.setText(" Bearer abc ")
    assert not dialog.confirm.isEnabled()
    dialog.session.setText(" s.t.u ")
    with qtbot.waitSignal(window.tokens_submitted) as submitted:
        QTest.mouseClick(dialog.confirm, LEFT)
    assert submitted.args == ["abc", "s.t.u"]


def test_what_no_header_can_hold_is_refused_before_the_register_is_asked(window: Window) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    dialog.session.setText("s.t.u")
    for pasted, is_fit in (("clé-secrète", False), ("abc", True), ("abc…", False), ("", True)):
        dialog.bearer.setText(pasted)
        assert dialog.unfit.isVisible() is not is_fit
        assert dialog.confirm.isEnabled() is (is_fit and bool(pasted))


def test_tokens_are_hidden_until_asked_for(window: Window) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    fields = (dialog.both, dialog.bearer, dialog.session)
    assert {one.echoMode() for one in fields} == {QLineEdit.EchoMode.Password}
    QTest.mouseClick(dialog.show_tokens, LEFT)
    assert {one.echoMode() for one in fields} == {QLineEdit.EchoMode.Normal}
    assert dialog.show_tokens.text() == "Hide the tokens"


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [(TokensKept.KEYRING, "password store."), (TokensKept.MEMORY, "only until the program closes")],
)
def test_the_dialog_says_where_tokens_are_kept(window: Window, kept: TokensKept, sentence: str) -> None:
    window.dialogs.sign_in(kept)
    assert sentence in said(window)


def test_a_second_wish_to_sign_in_meets_the_open_dialog_which_grows_and_escape_closes(
    window: Window, qtbot: QtBot
) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    before = dialog.height()
    assert not dialog.refused.isVisible()
    assert window.dialogs.sign_in(TokensKept.KEYRING, refused_again=True) is dialog
    assert dialog.refused.isVisible()
    assert dialog.height() > before
    assert dialog.confirm.height() >= dialog.confirm.sizeHint().height()
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)


class ShownWindows(QObject):
    """Collects the widgets that are shown as windows of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.widgets: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.widgets.append(watched)
        return False


def test_what_only_some_see_of_the_dialog_appears_in_it_and_not_first_as_a_window(
    window: Window, qapp: QApplication
) -> None:
    window.dialogs.token_help = "https://register.example/help"
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() - 60))
    shown = ShownWindows()
    qapp.installEventFilter(shown)
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    qapp.removeEventFilter(shown)
    assert shown.widgets == [dialog]
    assert all(part.isVisible() for part in (dialog.why, dialog.where, dialog.sign_out))


def test_on_a_low_screen_the_dialog_scrolls_and_its_buttons_stay(
    engine: FakeEngine, qapp: QApplication, qtbot: QtBot
) -> None:
    theme = Theme(qapp, Qt.ColorScheme.Light)
    theme.scale = 2.4  # no screen here is lower than 800 pixels: larger text stands for it
    window = MainWindow(engine, theme)
    qtbot.addWidget(window, before_close_func=lambda one: one.hide())
    window.show()
    dialog = window.dialogs.sign_in(TokensKept.KEYRING, refused_again=True)
    texts = [one for one in dialog.findChildren(QLabel) if one.isVisible()]
    qtbot.waitUntil(lambda: all(one.height() >= one.heightForWidth(one.width()) for one in texts))
    for field in (dialog.bearer, dialog.session, dialog.show_tokens, dialog.both):
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Tab)
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Backtab)
        assert dialog.focusWidget() is field
        assert field.visibleRegion().boundingRect() == field.rect()
    assert dialog.height() <= dialog.screen().availableGeometry().height()
    assert dialog.confirm.visibleRegion().boundingRect() == dialog.confirm.rect()


def test_the_menu_offers_what_names_the_version_and_every_part_with_its_licence(window: Window, qtbot: QtBot) -> None:
    dialog = window.dialogs.about()
    qtbot.waitExposed(dialog)
    model = dialog.parts.model()
    shown = [[model.index(row, column).data() for column in range(3)] for row in range(len(components()))]
    assert {"Python", "PySide6_Essentials", "httpx", "keyring"} <= {name for name, _, _ in shown}
    assert all(version and licence for _, version, licence in shown)
    assert any(__version__ in one.text() for one in dialog.findChildren(QLabel))
    dialog.close_button.click()
    offered = [action.text() for action in window.footer.more.menu().actions()]
    assert _(FooterAction.ABOUT.value) in offered
