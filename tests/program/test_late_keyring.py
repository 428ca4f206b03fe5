"""A keyring that does not answer: nothing waits for it, and what it says late undoes nothing that was said since."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import keyring
import pytest
from PySide6.QtWidgets import QApplication
from qasync import QSelectorEventLoop

from tests.gui.fake_engine import Window
from tests.program.preferring import in_force, saved, shown, values_of
from tests.support.memory_keyring import MemoryKeyring
from tests.support.strict_api import StrictApi
from uploader_gui.engine.tasks_and_threads import DaemonThreads
from uploader_gui.paths import DataPaths
from uploader_gui.platform.application import Language
from uploader_gui.window_app.preferences import Preferences
from uploader_gui.window_app.support import UiTasks, run_until_done

Waits = Callable[[Callable[[], bool]], None]

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class LockedKeyring(MemoryKeyring):
    """Waits for a password that somebody types, or nobody does. `asked`: calls that wait."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        with self.opened():
            return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        with self.opened():
            super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        with self.opened():
            super().delete_password(service, username)

    @contextmanager
    def opened(self) -> Iterator[None]:
        self.asked += 1
        self.gate.wait()
        yield
        self.asked -= 1

    def is_asked(self) -> bool:
        return self.asked > 0

    def is_settled(self) -> bool:
        """Say whether everybody has the answer, and no task but the one that asks this is left.

        A test ends with that: between its parts pytest-qt handles events, and no loop is running then.
        """
        return self.gate.is_set() and not self.asked and len(asyncio.all_tasks()) == 1


OTHER = "https://other.example"


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    made = QSelectorEventLoop(qapp)
    made.set_default_executor(DaemonThreads())
    yield made
    made.close()


@pytest.fixture
def wait(loop: asyncio.AbstractEventLoop) -> Waits:
    return lambda seen: run_until_done(loop, until(seen))


@pytest.fixture
def tasks(loop: asyncio.AbstractEventLoop) -> UiTasks:
    return UiTasks(loop, lambda: pytest.fail("internal error"))


@pytest.fixture
def ring(strict_api: StrictApi) -> Iterator[LockedKeyring]:
    made = LockedKeyring()
    for server in (strict_api.url, OTHER):
        for kind in ("bearer", "session"):
            made.secrets["uploader-gui", f"{server} {kind}"] = f"{kind}-of-{server[-5:]}"
    keyring.set_keyring(made)
    yield made
    made.gate.set()


@pytest.fixture
def asked(
    preferences: Preferences, ring: LockedKeyring, loop: asyncio.AbstractEventLoop, wait: Waits
) -> Iterator[Preferences]:
    """Begin as a window does that has no tokens yet."""
    preferences.use(replace(in_force(preferences), tokens=None))
    loop.call_soon(preferences.look_for_tokens)
    wait(ring.is_asked)
    yield preferences
    ring.gate.set()
    wait(ring.is_settled)


def old(server: str) -> tuple[str, str]:
    return f"bearer-of-{server[-5:]}", f"session-of-{server[-5:]}"


def test_its_late_answer_is_used_like_tokens_of_an_earlier_run(
    asked: Preferences, ring: LockedKeyring, wait: Waits, window: Window, strict_api: StrictApi
) -> None:
    wait(lambda: window.header.sign_in.text() == "Signing in…")
    ring.gate.set()
    wait(ring.is_settled)
    assert window.engine.calls == [("found", old(strict_api.url))]
    assert window.header.sign_in.text().startswith("Tokens kept")


def test_what_a_person_enters_meanwhile_stays(
    asked: Preferences, ring: LockedKeyring, wait: Waits, window: Window, data: DataPaths
) -> None:
    """Neither tokens nor settings wait for the keyring, which holds the new ones in the end."""
    window.tokens_submitted.emit("new-bearer", "new-session")
    window.settings_saved.emit(values_of(shown(window), theme="dark"))
    wait(lambda: data.settings.exists() and saved(data)["theme"] == "dark")
    assert ("sign_in", ("new-bearer", "new-session")) in window.engine.calls
    assert not ring.gate.is_set()
    ring.gate.set()
    wait(lambda: "new-session" in ring.secrets.values())
    wait(ring.is_settled)
    assert [name for name, _ in window.engine.calls if name in {"sign_in", "found"}] == ["sign_in"]
    assert in_force(asked).tokens == ("new-bearer", "new-session")


def test_who_signs_out_meanwhile_stays_so(asked: Preferences, ring: LockedKeyring, wait: Waits, window: Window) -> None:
    window.sign_out_wanted.emit()
    wait(lambda: ("sign_out", None) in window.engine.calls)
    ring.gate.set()
    wait(lambda: len(ring.secrets) == 2)
    wait(ring.is_settled)
    assert [name for name, _ in window.engine.calls] == ["sign_out"]
    assert window.header.sign_in.text() == "Sign in"


def test_its_answer_for_one_server_is_not_used_for_another(
    asked: Preferences, ring: LockedKeyring, wait: Waits, window: Window
) -> None:
    window.settings_saved.emit(values_of(shown(window), api_url=OTHER))
    wait(lambda: "replace" in dict(window.engine.calls))
    ring.gate.set()
    wait(ring.is_settled)
    assert [values for name, values in window.engine.calls if name == "found"] == [old(OTHER)]


@pytest.mark.parametrize(("language", "words"), [("en", "password store does not answer"), ("fr", "ne répond pas")])
def test_a_person_is_told_what_is_waited_for_until_it_answers(  # noqa: PLR0917 - as above
    language: str, words: str, asked: Preferences, ring: LockedKeyring, wait: Waits, window: Window, qapp: QApplication
) -> None:
    spoken = Language(qapp)
    spoken.use(language)
    wait(lambda: window.banner.isVisibleTo(window))
    assert words in window.banner.text.text()
    ring.gate.set()
    wait(lambda: not window.banner.isVisibleTo(window))
    wait(ring.is_settled)
    spoken.use("en")


async def until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110 - the keyring's thread tells nobody
            await asyncio.sleep(0)
