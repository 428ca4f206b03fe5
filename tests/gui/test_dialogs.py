"""Sign-in: tokens are cleaned and hidden, nothing opens twice."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept, clean
from uploader_gui.gui.main_window import MainWindow


def said(window: MainWindow) -> str:
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


def test_both_tokens_are_submitted_cleaned(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    dialog.bearer.setText(" Bearer abc ")
    assert not dialog.confirm.isEnabled()
    dialog.session.setText(" s.t.u ")
    with qtbot.waitSignal(window.tokens_submitted) as submitted:
        QTest.mouseClick(dialog.confirm, LEFT)
    assert submitted.args == ["abc", "s.t.u"]


def test_what_no_header_can_hold_is_refused_before_the_register_is_asked(window: MainWindow) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    dialog.session.setText("s.t.u")
    for pasted, is_fit in (("clé-secrète", False), ("abc", True), ("abc…", False), ("", True)):
        dialog.bearer.setText(pasted)
        assert dialog.unfit.isVisible() is not is_fit
        assert dialog.confirm.isEnabled() is (is_fit and bool(pasted))


def test_tokens_are_hidden_until_asked_for(window: MainWindow) -> None:
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
def test_the_dialog_says_where_tokens_are_kept(window: MainWindow, kept: TokensKept, sentence: str) -> None:
    window.dialogs.sign_in(kept)
    assert sentence in said(window)


def test_a_second_wish_to_sign_in_meets_the_open_dialog(window: MainWindow) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    assert not dialog.refused.isVisible()
    assert window.dialogs.sign_in(TokensKept.KEYRING, refused_again=True) is dialog
    assert dialog.refused.isVisible()


def test_a_dialog_grows_with_its_sentences(window: MainWindow) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    before = dialog.height()
    window.dialogs.sign_in(TokensKept.KEYRING, refused_again=True)
    assert dialog.height() > before
    assert dialog.confirm.height() >= dialog.confirm.sizeHint().height()


def test_escape_closes_the_sign_in(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
