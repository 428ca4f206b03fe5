"""Both tokens in one paste, in the forms in which people have them; and doubtful texts, which fill nothing."""

import json
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, Window
from uploader_gui.anomaly_links import AnomalyPages
from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog, TokensKept, tokens_in

ACCESS = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_nature"
SESSION = "c2Vzc2lvbi10b2tlbg+/=="
CURL = f"""curl 'https://api.example/main/anomalies/v2/rs/1' \\
  -H 'accept: application/json' \\
  -H 'authorization: Bearer {ACCESS}' \\
  -H 'x-session-token: {SESSION}' --compressed"""
FORMS = {
    "two lines": f"{ACCESS}\n{SESSION}\n",
    "two words": f" {ACCESS}   {SESSION} ",
    "headers": f"Host: api.example\r\nAuthorization: Bearer {ACCESS}\r\nX-Session-Token: {SESSION}\r\n",
    "headers, the other way round": f"x-session-token: {SESSION}\nauthorization: {ACCESS}",
    "a browser's table": f"authorization\nBearer {ACCESS}\naccept\n*/*\nx-session-token\n{SESSION}",
    "curl": CURL,
    "curl for Windows": CURL.replace("'", '^"').replace("\\", "^"),
    "JSON": json.dumps({"Authorization": f"Bearer {ACCESS}", "X-Session-Token": SESSION}),
    "JSON of a sign-in": json.dumps({"access_token": ACCESS, "session_token": SESSION, "expires_in": 3600}),
    "an archive": json.dumps(
        [{"name": "authorization", "value": f"Bearer {ACCESS}"}, {"name": "x-session-token", "value": SESSION}]
    ),
    "PowerShell": f'$headers = @{{ "Authorization"="Bearer {ACCESS}"; "X-Session-Token"="{SESSION}" }}',
    "labels": f"Access token: {ACCESS}\nSession token: {SESSION}",
    "two lines with what cannot be seen": f"\ufeff{ACCESS}\u200b\n{SESSION}\u2060",
    "two quoted lines": f"“{ACCESS}”\n“{SESSION}”",
    "a list": f'["{ACCESS}", "{SESSION}"]',
    "Bearer before the first": f"Bearer {ACCESS}\n{SESSION}",
    "variables": f"export UPLOADER_BEARER_TOKEN='{ACCESS}'\nexport UPLOADER_SESSION_TOKEN='{SESSION}'",
    "short names": json.dumps({"bearer": ACCESS, "session": SESSION}),
    "French labels": f"Jeton d’accès : {ACCESS}\nJeton de session : {SESSION}",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_token_keeps_the_mark_it_begins_with(form: str) -> None:
    for first in "+/-_~.":
        text = form.replace(ACCESS, first + ACCESS).replace(SESSION, first + SESSION)
        assert tokens_in(text) in {(first + ACCESS, first + SESSION), None}


@pytest.mark.parametrize("mark", ":%!|&")
def test_a_token_is_never_cut(mark: str) -> None:
    assert tokens_in(f"authorization: Bearer {ACCESS}{mark}more\nx-session-token: {SESSION}") is None


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_both_tokens_are_found(text: str) -> None:
    assert tokens_in(text) == (ACCESS, SESSION)
    assert tokens_in(text.replace("\r", "").replace("\n", " ")) == (ACCESS, SESSION)  # as a field of one line has it


LONG, LONGER = "eyJhbGciOiJI." * 9 + "c2ln-_4217", "c2Vzc2lv+n/42" * 13 + "Xk=="
MAILED = (
    "{access}\n\n{session}\n",
    "Authorization: Bearer {access}\nX-Session-Token: {session}\n",
    "Access token:\n{access}\nSession token:\n{session}\n",
    "“{access}”\n“{session}”",
)


def mailed(text: str, width: int, broken: str) -> str:
    lines = (textwrap.wrap(line, width, break_on_hyphens=False) for line in text.split("\n"))
    return "\n".join(broken.join(parts) for parts in lines)


@pytest.mark.parametrize("broken", ["\n", "\r\n", " \n", " "])
@pytest.mark.parametrize("width", [72, 76, 78])
def test_a_token_that_a_mail_broke_is_whole(width: int, broken: str) -> None:
    for form in MAILED:
        text = mailed(form.format(access=LONG, session=LONGER), width, broken)
        assert tokens_in(text) == (LONG, LONGER), form
    assert tokens_in(mailed(LONG, width, broken)) is None


@pytest.mark.parametrize("length", [72, 76, 78])
def test_two_tokens_of_one_length_stay_two_where_mails_break_lines(length: int) -> None:
    assert tokens_in("a1" * (length // 2) + "\n" + "b2" * (length // 2)) == ("a1" * (length // 2), "b2" * (length // 2))


def test_the_name_of_a_header_is_no_rest_of_a_token() -> None:
    access = ACCESS + "A" * (76 - len(f"Bearer {ACCESS}"))
    table = f"authorization\nBearer {access}\naccept\n*/*\nx-session-token\n{SESSION}"
    assert tokens_in(table) == (access, SESSION)


@pytest.mark.parametrize(
    "text",
    ["", ACCESS, f"Bearer {ACCESS}", f"x-session-token: {SESSION}", "not two", f"{ACCESS} {SESSION} {SESSION}x",
     f"authorization: {ACCESS}\nauthorization: other-token-here\nx-session-token: {SESSION}", "x" * 1_000_001],
)  # fmt: skip
def test_one_token_or_a_doubtful_text_is_left_alone(text: str) -> None:
    assert tokens_in(text) is None


@given(st.text(max_size=300))
def test_any_text_gives_two_sendable_tokens_or_none(text: str) -> None:
    for found in (tokens_in(text), tokens_in(f"authorization: {text}\nx-session-token: {text}")):
        assert found is None or all(token.isascii() and token.isprintable() and " " not in token for token in found)


@pytest.fixture
def dialog(window: Window, qtbot: QtBot) -> SignInDialog:
    made = window.dialogs.sign_in(TokensKept.KEYRING)
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("field", ["both", "bearer", "session"])
def test_one_paste_into_any_field_fills_both(dialog: SignInDialog, window: Window, field: str, qtbot: QtBot) -> None:
    assert not dialog.recognised.isVisible()
    QGuiApplication.clipboard().setText(CURL)
    QTest.keyClick(getattr(dialog, field), Qt.Key.Key_V, CTRL)
    assert (dialog.bearer.text(), dialog.session.text(), dialog.both.text()) == (ACCESS, SESSION, "")
    assert dialog.recognised.isVisible()
    with qtbot.waitSignal(window.tokens_submitted) as submitted:
        QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    assert submitted.args == [ACCESS, SESSION]


def test_one_token_that_a_mail_broke_stays_in_its_field(dialog: SignInDialog, window: Window, qtbot: QtBot) -> None:
    for field, token in ((dialog.bearer, LONG), (dialog.session, LONGER)):
        QGuiApplication.clipboard().setText(mailed(token, 76, "\n"))
        QTest.keyClick(field, Qt.Key.Key_V, CTRL)
    with qtbot.waitSignal(window.tokens_submitted) as submitted:
        QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    assert submitted.args == [LONG, LONGER]


def test_the_operators_help_is_one_click_away(window: Window) -> None:
    assert not window.dialogs.sign_in(TokensKept.KEYRING).where.isVisible()
    window.dialogs.sign_in(TokensKept.KEYRING).reject()
    window.set_operator(AnomalyPages(), "https://register.example/help")
    assert window.dialogs.sign_in(TokensKept.KEYRING).where.isVisible()


def test_who_types_has_one_token_after_the_other(dialog: SignInDialog) -> None:
    for key in (ACCESS, "\t", SESSION):
        QTest.keyClicks(dialog.focusWidget(), key) if key != "\t" else QTest.keyClick(dialog, Qt.Key.Key_Tab)
    assert (dialog.bearer.text(), dialog.session.text()) == (ACCESS, SESSION)
