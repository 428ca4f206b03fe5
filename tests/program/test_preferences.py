"""What a person sets counts at once, is kept, and leads the engine another way only where it has to."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import Window, upload
from tests.program.preferring import Engine, in_force, saved, shown, values_of
from tests.support.log_watch import ExpectedLogs
from tests.support.strict_api import StrictApi
from uploader_gui.config import Config
from uploader_gui.credentials import Credentials
from uploader_gui.engine.events import Resumed, UploadsAdded, UploadsRemoved
from uploader_gui.engine.models import Treatment, UploadId, UploadState
from uploader_gui.engine.options import Choices, EngineOptions
from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog
from uploader_gui.gui.style.theme import Theme
from uploader_gui.machine_settings import NONE, MachineSettings
from uploader_gui.paths import DataPaths, prepare
from uploader_gui.sandbox import Sandbox
from uploader_gui.sandbox_session import SandboxSession
from uploader_gui.settings import Fixed, Settings, Trouble
from uploader_gui.window_app.preferences import Preferences

Waits = Callable[[Callable[[], bool]], None]

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Slow:
    """Tasks on the test's loop; no call ends before all tasks have begun."""

    def __init__(self) -> None:
        self._may_end = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.watch: Callable[[], None] = lambda: None
        """Is called before each call that may take long."""

    async def in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        await self._may_end.wait()
        self.watch()
        return call(*arguments)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def done(self) -> None:
        await asyncio.sleep(0)  # each goes as far as it can
        self._may_end.set()
        await asyncio.gather(*self._tasks)


def test_language_colours_and_speed_count_at_once_and_are_kept(
    preferences: Preferences, window: Window, theme: Theme, data: DataPaths, qtbot: QtBot
) -> None:
    dialog = shown(window)
    assert not window.sends_when_dropped
    figures = {"bandwidth_limit": 2.5, "max_concurrent_uploads": 3}
    window.settings_saved.emit(
        values_of(dialog, language="fr", theme="dark", depositor="Anne", send_when_dropped="yes", **figures)
    )
    qtbot.waitUntil(lambda: window.header.settings.toolTip() == "Paramètres")
    assert dialog.windowTitle() == "Paramètres"
    assert theme.colors.bg == "#17191D"
    assert window.sends_when_dropped
    assert window.engine.calls == [("adjust", (3, 2_500_000, "Anne", Choices()))]
    kept = saved(data)
    assert kept.keys().isdisjoint({"offline_limit", "anomaly_page", "token_help"})
    assert kept["ca_file"] is None
    assert (kept["language"], kept["theme"], kept["bandwidth_limit"]) == ("fr", "dark", 2.5)


@pytest.mark.parametrize(
    "change",
    [{"proxy": "none"}, {"size_unit": "bytes"}, {"api_url": "https://other.example"}, {"ca_file": Path("/ca.pem")}],
)
def test_another_way_to_the_service_is_told_to_the_engine(
    preferences: Preferences, window: Window, change: dict[str, str], data: DataPaths
) -> None:
    window.settings_saved.emit(values_of(shown(window), **change))
    (name, options) = window.engine.calls[-1]
    assert name == "replace"
    assert isinstance(options, EngineOptions)
    assert options.api_url == (change.get("api_url") or options.api_url)
    assert (options.skip_uploaded, options.receipt) == (False, data.folder / "receipt.json")  # as it was started


def test_settings_that_cannot_be_saved_are_told_until_that_was_read(
    preferences: Preferences, window: Window, data: DataPaths, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the settings cannot be saved")
    data.settings.mkdir()
    window.settings_saved.emit(values_of(shown(window), theme="light"))
    window.tell(Resumed((UploadId("old"),)))  # asks something of its own, meanwhile
    window.banner.other.click()
    assert window.banner.text.text().startswith(f"The settings could not be saved as {data.settings}")
    window.banner.button.click()
    assert not window.banner.isVisibleTo(window)
    assert in_force(preferences).settings.theme == "light"


def test_what_the_environment_fixes_is_grey_and_stays_out_of_the_file(
    preferences: Preferences, window: Window, data: DataPaths
) -> None:
    preferences.use(replace(in_force(preferences), fixed={"theme": Fixed("UPLOADER_THEME")}))
    dialog = shown(window)
    assert not any(one.isEnabledTo(dialog) for one in dialog.program.fields["theme"])
    window.settings_saved.emit(values_of(dialog, theme="dark", max_concurrent_uploads=3))
    assert "theme" not in saved(data)
    assert saved(data)["max_concurrent_uploads"] == 3
    assert in_force(preferences).settings.theme == "system"


def test_a_start_knows_what_is_fixed_but_a_trial_its_own_service(
    monkeypatch: pytest.MonkeyPatch, data: DataPaths
) -> None:
    monkeypatch.setenv("UPLOADER_API_URL", "https://a.example")
    monkeypatch.setenv("UPLOADER_THEME", "dark")
    fixed = Config.load(data, None, window=True).fixed
    assert fixed == {"api_url": Fixed("UPLOADER_API_URL"), "theme": Fixed("UPLOADER_THEME")}
    for name in ("SIZE_UNIT", "BEARER_TOKEN", "SESSION_TOKEN"):
        monkeypatch.setenv(f"UPLOADER_{name}", "bytes")
    with SandboxSession() as trial:
        prepare(trial.paths)
        assert list(trial.paths.folder.iterdir()) == []
        loaded = Config.load(trial.paths, trial, window=True)
        assert loaded.fixed == {"theme": Fixed("UPLOADER_THEME")}
        assert not loaded.asks_memory  # History has no trials
        assert (loaded.tokens, loaded.settings.size_unit) == (trial.tokens, "Mo")


def test_settings_that_could_not_be_read_are_told(preferences: Preferences, window: Window) -> None:
    trouble = Trouble(
        "No settings were read, because {path} is not a file. The usual ones apply, and it stays as it is.",
        {"path": "/data/settings.json"},
    )
    preferences.use(replace(in_force(preferences), trouble=trouble))
    assert "/data/settings.json is not a file" in window.banner.text.text()


def test_new_tokens_are_kept_and_used_at_once(preferences: Preferences, window: Window, strict_api: StrictApi) -> None:
    window.tokens_submitted.emit("new-bearer", "new-session")
    assert window.engine.calls == [("sign_in", ("new-bearer", "new-session"))]
    assert Credentials(strict_api.url).load()[0] == ("new-bearer", "new-session")
    preferences.show_signed_in()
    assert in_force(preferences).engine(again=False).tokens == ("new-bearer", "new-session")
    assert "new-" not in in_force(preferences).formatter.redact("refused: new-bearer, new-session")
    held = replace(in_force(preferences), settings=Settings(refused_pictures="zip", refused_others="zip"))
    asked = Choices(pictures=Treatment.CONVERT)  # on the command line
    assert held.choices(asked) == Choices(Treatment.CONVERT, Treatment.ZIP)
    assert replace(held, window=False).choices(asked) == asked  # a script gets what it asks for


class TestBesideAKeyringThatAsks:
    """While a locked keyring waits for a person, another change waits for its answer."""

    @pytest.fixture
    def tasks(self) -> Slow:
        return Slow()

    async def test_neither_tokens_nor_settings_undo_any(
        self, preferences: Preferences, window: Window, tasks: Slow
    ) -> None:
        window.tokens_submitted.emit("new-bearer", "new-session")
        window.settings_saved.emit(values_of(shown(window), theme="dark"))
        window.choices_remembered.emit({"refused_others": "zip"})
        await tasks.done()
        assert in_force(preferences).tokens == ("new-bearer", "new-session")
        chosen = in_force(preferences).settings
        assert (chosen.theme, chosen.refused_others) == ("dark", "zip")
        assert window.engine.calls[-1] == ("adjust", (6, 0.0, "", Choices(None, Treatment.ZIP)))

    async def test_what_the_window_asks_meanwhile_waits_for_the_settings_just_set(
        self, preferences: Preferences, window: Window, engine: Engine, tasks: Slow, strict_api: StrictApi
    ) -> None:
        """What a later start brings is taken only while it is sure which server it would go to."""
        servers = (strict_api.url, "https://other.example", "https://third.example/")
        seen: list[list[str]] = []
        held: list[int] = []

        def watch() -> None:
            seen.append([one for one in servers if preferences.sends_to(one)])
            held.append(engine.held)

        tasks.watch = watch
        tasks.watch()
        for server in servers[1:]:
            window.settings_saved.emit(values_of(shown(window), api_url=server))
        tasks.watch()
        assert not [name for name, _ in engine.calls if name == "replace"]
        await tasks.done()
        tasks.watch()
        assert [name for name, _ in engine.calls][-1] == "replace"
        assert (held[:4], held[-1]) == ([0, 2, 2, 1], 0)
        assert (seen[:4], seen[-1]) == ([[strict_api.url], [], [], []], ["https://third.example/"])

    async def test_another_server_never_gets_the_tokens_entered_for_the_one_before(
        self, preferences: Preferences, window: Window, tasks: Slow
    ) -> None:
        window.settings_saved.emit(values_of(shown(window), api_url="https://other.example"))
        window.tokens_submitted.emit("new-bearer", "new-session")
        window.settings_saved.emit(values_of(shown(window), api_url="https://third.example"))
        await tasks.done()
        assert [name for name, _ in window.engine.calls if name in {"sign_in", "replace"}] == [
            "replace",
            "sign_in",
            "replace",
        ]
        assert Credentials("https://other.example").load()[0] == ("new-bearer", "new-session")
        assert in_force(preferences).tokens is None


def test_signing_out_forgets_tokens_everywhere(preferences: Preferences, window: Window, strict_api: StrictApi) -> None:
    window.tokens_submitted.emit("bearer", "session")
    window.sign_out_wanted.emit()
    assert window.engine.calls[-1] == ("sign_out", None)
    assert Credentials(strict_api.url).load()[0] is None
    assert window.header.sign_in.text() == "Sign in"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path / "service")
    made.start()
    yield made
    made.stop()


def test_the_connection_is_tested_with_what_stands_in_the_fields(
    preferences: Preferences, window: Window, sandbox: Sandbox, qtbot: QtBot
) -> None:
    """First the saved server with its tokens, then another one, which does not get to see them."""
    tokens = (sandbox.bearer_token, sandbox.session_token)
    chosen = Settings(api_url=sandbox.api_url, language="en")
    preferences.use(replace(in_force(preferences), settings=chosen, tokens=tokens))
    dialog = shown(window)
    panel = dialog.connection.panel
    panel.button.click()
    qtbot.waitUntil(lambda: not panel.is_testing, timeout=30_000)
    assert "Your tokens are accepted." in panel.texts
    assert any(text.startswith("Anomaly 4217: ") for text in panel.texts)
    dialog.connection.address.setText(sandbox.api_url.replace("127.0.0.1", "localhost"))
    panel.button.click()
    qtbot.waitUntil(lambda: not panel.is_testing, timeout=30_000)
    assert "Your tokens belong to the saved server and were not sent to this one." in panel.texts


def asks_memory(window: Window) -> bool:
    return window.body.finish.memory.isVisible()


def finished(window: Window) -> None:
    window.tell(UploadsAdded((upload("a", UploadState.UPLOADED),)))


@pytest.mark.usefixtures("preferences")
def test_how_long_history_remembers_is_asked_at_the_first_end_and_kept_when_a_new_deposit_begins(
    window: Window, data: DataPaths
) -> None:
    assert not asks_memory(window)
    finished(window)
    assert asks_memory(window)
    window.tell(UploadsAdded((upload("b"),)))  # nobody answered, and it is not asked again
    assert saved(data) == {"history_days": 400}
    window.tell(UploadsRemoved((UploadId("b"),)))
    assert window.body.finish.isVisible()
    assert not asks_memory(window)


def test_another_time_is_chosen_in_the_settings_and_the_question_stays_until_it_is(
    preferences: Preferences, window: Window, data: DataPaths, qtbot: QtBot
) -> None:
    assert in_force(preferences).engine(again=False).keep_days == math.inf
    finished(window)
    QTest.mouseClick(window.body.finish.change_memory, Qt.MouseButton.LeftButton)
    (dialog,) = window.findChildren(SettingsDialog)
    qtbot.waitUntil(dialog.program.history_days.hasFocus)
    dialog.reject()
    assert asks_memory(window)
    QTest.mouseClick(window.body.finish.change_memory, Qt.MouseButton.LeftButton)
    dialog = window.findChildren(SettingsDialog)[-1]
    dialog.program.history_days.setValue(30)
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert (asks_memory(window), saved(data)["history_days"]) == (False, 30)
    assert in_force(preferences).engine(again=False).keep_days == 30


@pytest.mark.parametrize("said_by", ["the file", "the environment", "the machine", "no window"])
def test_where_it_is_said_how_long_nobody_is_asked(
    said_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataPaths(tmp_path)
    prepare(data)
    monkeypatch.setenv("UPLOADER_DEPOSITOR", "Anne")
    machine = MachineSettings("the policies", {"history_days": 30}) if said_by == "the machine" else NONE
    if said_by == "the file":
        data.settings.write_text('{"history_days": 30}')
    elif said_by == "the environment":
        monkeypatch.setenv("UPLOADER_HISTORY_DAYS", "30")
    loaded = Config.load(data, None, window=said_by != "no window", machine=machine)
    assert not loaded.asks_memory
    options, is_window = loaded.engine(again=False), said_by != "no window"
    assert options.keep_days == (30 if is_window else 400)
    told = (options.offline_limit, options.asks_for_sign_in, options.keeps_list, options.depositor)
    assert told == ((None, True, True, "Anne") if is_window else (120, False, False, "Anne"))
