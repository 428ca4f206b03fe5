"""Tokens: kept per server, in the keyring where there is one, however long they are."""

import base64
import json
import threading

import keyring
import keyring.backends.fail
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.memory_keyring import MemoryKeyring
from uploader_gui.credentials import PART_LENGTH, Credentials, Keeper, TokenError, clean, expiry_of

SERVER = "https://register.example/main"


def test_tokens_saved_once_are_there_the_next_time_and_for_no_other_server() -> None:
    assert Credentials(SERVER).save(("bearer", "session"))() is Keeper.KEYRING
    assert Credentials(SERVER + "/").load() == (("bearer", "session"), Keeper.KEYRING)
    assert Credentials("https://other.example").load()[0] is None


@pytest.mark.parametrize("gone", ["bearer", "session"])
def test_one_token_alone_is_none(memory_keyring: MemoryKeyring, gone: str) -> None:
    Credentials(SERVER).save(("bearer", "session"))()
    del memory_keyring.secrets["uploader-gui", f"{SERVER} {gone}"]
    assert Credentials(SERVER).load() == (None, Keeper.KEYRING)


@pytest.mark.parametrize("length", [1, PART_LENGTH - 1, PART_LENGTH, PART_LENGTH + 1, 2 * PART_LENGTH, 5000])
def test_a_token_of_any_length_survives_small_secrets(memory_keyring: MemoryKeyring, length: int) -> None:
    token = "".join(chr(97 + at % 26) for at in range(length))
    Credentials(SERVER).save(("b" * 5000, token))()
    Credentials(SERVER).save(("b", token))()
    assert Credentials(SERVER).load()[0] == ("b", token)


def test_a_shorter_token_leaves_no_part_of_a_longer_one_behind(memory_keyring: MemoryKeyring) -> None:
    credentials = Credentials(SERVER)
    credentials.save(("a" * (2 * PART_LENGTH + 1), "s" * 3 * PART_LENGTH))()
    for shorter in (("c" * 2000, "s"), ("c", "d")):
        credentials.save(shorter)()
        assert Credentials(SERVER).load()[0] == shorter
    assert sorted(memory_keyring.secrets.values()) == ["c", "d"]


def test_forgotten_tokens_are_nowhere_any_more(memory_keyring: MemoryKeyring) -> None:
    credentials = Credentials(SERVER)
    credentials.save(("a" * 3000, "s" * PART_LENGTH))()
    credentials.forget()()
    assert credentials.load()[0] is None
    assert memory_keyring.secrets == {}
    credentials.forget()()


def test_without_a_keyring_tokens_last_as_long_as_the_program() -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]  # keyring's own
    credentials = Credentials(SERVER)
    assert not credentials.kept_in_keyring(60)
    assert credentials.save(("bearer", "session"))() is Keeper.MEMORY
    assert credentials.load() == (("bearer", "session"), Keeper.MEMORY)
    assert Credentials(SERVER).load() == (None, Keeper.MEMORY)
    credentials.forget()()
    assert credentials.load()[0] is None


class ForeignError(Exception):
    """What a system's own library raises: Windows without a logon session, for one."""


class BrokenKeyring(keyring.backends.fail.Keyring):
    def get_password(self, service: str, username: str, msg: str | None = None) -> str | None:
        raise ForeignError

    set_password = delete_password = get_password


def test_a_keyring_that_raises_what_it_likes_is_no_keyring() -> None:
    keyring.set_keyring(BrokenKeyring())  # type: ignore[no-untyped-call]  # keyring's own
    credentials = Credentials(SERVER)
    assert credentials.load() == (None, Keeper.MEMORY)
    assert credentials.save(("bearer", "session"))() is Keeper.MEMORY
    assert credentials.load() == (("bearer", "session"), Keeper.MEMORY)
    credentials.forget()()
    assert credentials.load() == (None, Keeper.MEMORY)


class SilentKeyring(keyring.backends.fail.Keyring):
    """Waits for a password; the test types it by setting `gate`."""

    gate = threading.Event()

    def get_password(self, service: str, username: str, msg: str | None = None) -> str | None:
        self.gate.wait()
        return None

    set_password = delete_password = get_password


def test_a_keyring_that_does_not_answer_holds_nobody_up() -> None:
    keyring.set_keyring(SilentKeyring())  # type: ignore[no-untyped-call]  # keyring's own
    credentials = Credentials(SERVER, patience=0.1)
    assert credentials.load() == (None, Keeper.SILENT)
    assert Credentials(SERVER).load(interrupted=lambda: True) == (None, Keeper.SILENT)
    assert credentials.save(("bearer", "session"))() is Keeper.SILENT
    assert credentials.load() == (("bearer", "session"), Keeper.MEMORY)
    assert credentials.forget()() is Keeper.SILENT
    assert credentials.kept_in_keyring(0.1)
    assert credentials.of("https://other.example").load() == (None, Keeper.SILENT)
    SilentKeyring.gate.set()


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    Credentials(SERVER).save(("old", "old"))()
    monkeypatch.setenv("UPLOADER_BEARER_TOKEN", " Bearer new ")
    monkeypatch.setenv("UPLOADER_SESSION_TOKEN", "new")
    assert Credentials(SERVER).load() == (("new", "new"), Keeper.ENVIRONMENT)
    monkeypatch.delenv("UPLOADER_SESSION_TOKEN")  # one alone is none
    assert Credentials(SERVER).load() == (("old", "old"), Keeper.KEYRING)


def test_the_environments_tokens_are_for_the_server_that_the_program_began_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UPLOADER_BEARER_TOKEN", "one")
    monkeypatch.setenv("UPLOADER_SESSION_TOKEN", "two")
    first = Credentials(SERVER)
    other = first.of("https://other.example")
    assert (other.at_hand()[0], other.load()[0]) == (None, None)
    assert other.of(f"{SERVER}/").at_hand() == (("one", "two"), Keeper.ENVIRONMENT)


@pytest.mark.parametrize("token", ["", "   ", "Bearer ", "two words", "line\nbreak", "é", "nul\x00"])
def test_what_cannot_be_a_token_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(TokenError) as caught:
        clean(token)
    assert not token.strip() or token not in str(caught.value)


@pytest.mark.parametrize(("exp", "read"), [(1_605_184_299, 1_605_184_299), (1_605_184_299_000, None), (0, None)])
def test_the_expiry_of_a_session_token_is_read_where_it_is_in_seconds(exp: int, read: float | None) -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"exp": exp}).encode()).decode().rstrip("=")
    assert expiry_of(f"eyJhbGciOiJIUzI1NiJ9.{payload}.signature") == read


@given(st.one_of(st.text(), st.builds(lambda a, b: f"{a}.{b}.c", st.text(), st.text())))
def test_nonsense_has_no_expiry(token: str) -> None:
    expires = expiry_of(token)
    assert expires is None or expires > 0
