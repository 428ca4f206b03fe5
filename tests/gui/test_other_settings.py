"""Other settings while files stand on the list, with the real engine behind the window: nothing is lost or misled."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, S
from tests.support.files import Files
from tests.support.log_watch import ExpectedLogs
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import EngineFailed, Event, HistoryFound, PathsAdded, UploadsRemoved
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import Awaited, Reason, RunKey, Treatment, UploadId, UploadState
from uploader_gui.engine.options import AddOptions, EngineOptions
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme

PATIENCE = 60_000


@pytest.fixture
def other_api(scripted_storage: ScriptedStorage) -> Iterator[StrictApi]:
    with StrictApi(lambda upload, _: scripted_storage.url_for(f"other/{upload['uploadId']}")) as api:
        yield api
    assert api.violations == []


@pytest.fixture
def here(strict_api: StrictApi, tmp_path: Path) -> EngineOptions:
    return EngineOptions(tmp_path / "data" / "journal.sqlite", strict_api.url, tokens=strict_api.tokens)


@pytest.fixture
def there(here: EngineOptions, other_api: StrictApi) -> EngineOptions:
    return replace(here, api_url=other_api.url, tokens=other_api.tokens)


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.leave(threading.Event())()


@pytest.fixture
def told(bridge: Bridge) -> list[Event]:
    events: list[Event] = []
    bridge.event_arrived.connect(events.append)
    return events


@pytest.fixture
def window(bridge: Bridge, theme: Theme, qtbot: QtBot) -> MainWindow:
    made = MainWindow(bridge, theme, anomaly_id="4217")
    qtbot.addWidget(made, before_close_func=lambda one: one.hide())
    made.show()
    return made


def shown(window: MainWindow) -> dict[str, tuple[UploadState, str]]:
    window.model.flush()
    rows = [window.model.snapshot(row) for row in range(window.model.rowCount())]
    return {row.source.name: (row.state, row.elsewhere) for row in rows}


def listed(window: MainWindow) -> list[UploadId]:
    return [window.model.snapshot(row).upload_id for row in range(window.model.rowCount())]


def names_at(api: StrictApi) -> list[str]:
    return sorted(record.name for record in api.registered)


def test_the_rows_stay_in_the_window_and_undo_still_works(  # noqa: PLR0917 - fixtures
    window: MainWindow,
    bridge: Bridge,
    here: EngineOptions,
    there: EngineOptions,
    files: Files,
    told: list[Event],
    qtbot: QtBot,
    strict_api: StrictApi,
    other_api: StrictApi,
) -> None:
    bridge.run(here, anomaly_id=lambda: "4217")
    window.add_paths([files.make("a.jpg")])
    qtbot.waitUntil(lambda: "a.jpg" in shown(window), timeout=PATIENCE)
    QTest.mouseClick(window.footer.primary, LEFT)
    qtbot.waitUntil(lambda: shown(window)["a.jpg"][0] is S.UPLOADED, timeout=PATIENCE)
    window.add_paths([files.make("b.jpg"), files.make("c.jpg")])
    qtbot.waitUntil(lambda: len(shown(window)) == 3, timeout=PATIENCE)
    qtbot.waitUntil(lambda: sum(isinstance(event, PathsAdded) for event in told) == 2, timeout=PATIENCE)  # hides Undo
    bridge.remove(listed(window)[:2])
    qtbot.waitUntil(window.body.undo.isVisible, timeout=PATIENCE)
    bridge.replace(there, listed(window))
    QTest.mouseClick(window.body.undo.button, LEFT)
    old = here.api_url
    expected = {"a.jpg": (S.UPLOADED, old), "b.jpg": (S.QUEUED, old), "c.jpg": (S.QUEUED, old)}
    qtbot.waitUntil(lambda: shown(window) == expected, timeout=PATIENCE)
    assert list(shown(window)) == ["a.jpg", "b.jpg", "c.jpg"]
    window.add_paths([files.make("d.jpg")])
    qtbot.waitUntil(lambda: "d.jpg" in shown(window), timeout=PATIENCE)
    QTest.mouseClick(window.footer.primary, LEFT)
    qtbot.waitUntil(lambda: shown(window)["d.jpg"] == (S.UPLOADED, ""), timeout=PATIENCE)
    assert (names_at(strict_api), names_at(other_api)) == (["a.jpg"], ["d.jpg"])


def test_settings_are_saved_at_once_while_the_engine_is_stuck_and_nothing_is_lost(  # noqa: PLR0917 - fixtures
    window: MainWindow,
    bridge: Bridge,
    here: EngineOptions,
    there: EngineOptions,
    files: Files,
    qtbot: QtBot,
    strict_api: StrictApi,
    other_api: StrictApi,
) -> None:
    bridge.run(here, anomaly_id=lambda: "4217")
    stuck, may_go_on = threading.Event(), threading.Event()

    def hang(_: object) -> None:
        stuck.set()
        may_go_on.wait(60)

    window.add_paths([files.make("a.jpg")])
    qtbot.waitUntil(lambda: "a.jpg" in shown(window), timeout=PATIENCE)
    bridge.send_again(Hang(hang))
    assert stuck.wait(60)
    before = time.monotonic()
    window.add_paths([files.make("b.jpg")])
    bridge.replace(there, listed(window))
    window.add_paths([files.make("c.jpg")])
    bridge.start()
    assert time.monotonic() - before < 30.0  # half as long as it is stuck
    may_go_on.set()
    qtbot.waitUntil(lambda: shown(window).get("c.jpg") == (S.UPLOADED, ""), timeout=PATIENCE)
    waiting = (S.QUEUED, here.api_url)
    qtbot.waitUntil(lambda: [shown(window).get(name) for name in ("a.jpg", "b.jpg")] == [waiting] * 2, timeout=PATIENCE)
    assert (names_at(strict_api), names_at(other_api)) == ([], ["c.jpg"])


def test_an_engine_that_broke_is_replaced_and_the_list_is_there_again(  # noqa: PLR0917 - fixtures
    window: MainWindow,
    bridge: Bridge,
    here: EngineOptions,
    files: Files,
    qtbot: QtBot,
    strict_api: StrictApi,
    expected_logs: ExpectedLogs,
) -> None:
    expected_logs.allow("the engine broke")

    def end(_: object) -> None:
        raise SystemExit

    bridge.run(here, anomaly_id=lambda: "4217")
    window.add_paths([files.make("a.jpg"), files.make("removed.jpg")])
    qtbot.waitUntil(lambda: {"a.jpg", "removed.jpg"} <= set(shown(window)), timeout=PATIENCE)
    engine = next(one for one in threading.enumerate() if one.name == "uploader-engine")
    bridge.remove(listed(window)[1:])
    qtbot.waitUntil(window.body.undo.isVisible, timeout=PATIENCE)
    bridge.send_again(Hang(end))
    engine.join(60)
    window.add_paths([files.make("b.jpg")])
    bridge.replace(replace(here, size_unit="bytes"), listed(window))
    qtbot.waitUntil(lambda: set(shown(window)) == {"a.jpg", "b.jpg"}, timeout=PATIENCE)
    assert window.body.undo.text.text() == ""
    strict_api.size_unit = "bytes"
    bridge.start()
    qtbot.waitUntil(lambda: {state for state, _ in shown(window).values()} == {S.UPLOADED}, timeout=PATIENCE)
    assert names_at(strict_api) == ["a.jpg", "b.jpg"]


def test_what_was_asked_before_the_first_engine_is_not_asked_of_the_next_one_again(  # noqa: PLR0917 - fixtures
    window: MainWindow,
    bridge: Bridge,
    here: EngineOptions,
    files: Files,
    qtbot: QtBot,
    strict_api: StrictApi,
    told: list[Event],
    expected_logs: ExpectedLogs,
) -> None:
    """A start of then would send what waits now; a drop of then would be there once more."""
    expected_logs.allow("the engine broke")

    def end(_: object) -> None:
        raise SystemExit

    bridge.pause()
    window.add_paths([files.make("early.jpg")])
    bridge.start()
    bridge.run(here, anomaly_id=lambda: "4217")
    qtbot.waitUntil(lambda: shown(window).get("early.jpg", ("",))[0] is S.UPLOADED, timeout=PATIENCE)
    bridge.pause()
    window.add_paths([files.make("waiting.jpg")])
    qtbot.waitUntil(lambda: "waiting.jpg" in shown(window), timeout=PATIENCE)
    engine = next(one for one in threading.enumerate() if one.name == "uploader-engine")
    bridge.send_again(Hang(end))
    engine.join(60)
    bridge.replace(replace(here, size_unit="bytes"), listed(window))
    qtbot.waitUntil(lambda: "waiting.jpg" in shown(window), timeout=PATIENCE)
    bridge.load_history()
    qtbot.waitUntil(lambda: any(isinstance(event, HistoryFound) for event in told), timeout=PATIENCE)
    assert shown(window) == {"waiting.jpg": (S.QUEUED, "")}
    assert names_at(strict_api) == ["early.jpg"]


class Hang(list[UploadId]):
    """Ids whose reading hangs: the engine's thread is stuck, as on a disk that does not answer."""

    def __init__(self, wait: object) -> None:
        super().__init__()
        self._wait = wait

    def __iter__(self) -> Iterator[UploadId]:
        assert callable(self._wait)
        self._wait(self)
        return iter(())


def test_what_is_asked_while_settings_are_saved_is_for_the_settings_just_set(  # noqa: PLR0917 - fixtures
    window: MainWindow,
    bridge: Bridge,
    here: EngineOptions,
    there: EngineOptions,
    files: Files,
    qtbot: QtBot,
    strict_api: StrictApi,
    other_api: StrictApi,
) -> None:
    """A keyring may take its time; a pause does not."""
    bridge.run(here, anomaly_id=lambda: "4217")
    window.add_paths([files.make("a.jpg"), files.make("gone.jpg")])
    qtbot.waitUntil(lambda: len(shown(window)) == 2, timeout=PATIENCE)
    bridge.hold()
    window.add_paths([files.make("b.jpg")])
    bridge.start()
    bridge.cancel([listed(window)[1]])
    qtbot.waitUntil(lambda: shown(window)["gone.jpg"][0] is S.CANCELLED, timeout=PATIENCE)
    assert "b.jpg" not in shown(window)
    bridge.hold()  # a second change, before the first is in force
    window.add_paths([files.make("c.jpg")])
    bridge.replace(there, listed(window))
    bridge.release()
    qtbot.waitUntil(lambda: shown(window).get("b.jpg") == (S.UPLOADED, ""), timeout=PATIENCE)
    bridge.replace(here, listed(window))
    bridge.release()
    qtbot.waitUntil(
        lambda: [shown(window).get(n) for n in ("a.jpg", "c.jpg")] == [(S.QUEUED, "")] * 2, timeout=PATIENCE
    )
    assert (names_at(strict_api), names_at(other_api)) == ([], ["b.jpg"])


def test_an_engine_that_could_not_begin_is_replaced_and_what_was_dropped_meanwhile_is_there(  # noqa: PLR0917 - fixtures
    window: MainWindow,
    bridge: Bridge,
    here: EngineOptions,
    there: EngineOptions,
    files: Files,
    told: list[Event],
    qtbot: QtBot,
    other_api: StrictApi,
    expected_logs: ExpectedLogs,
) -> None:
    expected_logs.allow("the engine cannot work")
    with closing(Journal(here.journal_path)):
        bridge.run(here, anomaly_id=lambda: "4217")
        bridge.resume()
        window.add_paths([files.make("a.jpg")])
        qtbot.waitUntil(lambda: any(isinstance(event, EngineFailed) for event in told), timeout=PATIENCE)
        window.add_paths([files.make("b.jpg")])
    bridge.replace(there, listed(window))
    window.add_paths([files.make("c.jpg")])
    bridge.start()
    qtbot.waitUntil(lambda: shown(window).get("c.jpg") == (S.UPLOADED, ""), timeout=PATIENCE)
    waiting = (S.QUEUED, here.api_url)
    qtbot.waitUntil(lambda: [shown(window).get(name) for name in ("a.jpg", "b.jpg")] == [waiting] * 2, timeout=PATIENCE)
    assert names_at(other_api) == ["c.jpg"]
    assert [event.kept for event in told if isinstance(event, UploadsRemoved)] == [True]


class Listener:
    """A queue that only notes what it is asked: names and arguments."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *values, **named: self.heard.append((name, *values, *named.values()))


class BridgeToListener(Bridge):
    """A bridge with such a queue at its other end."""

    def __init__(self) -> None:
        super().__init__()
        self._queue = Listener()
        self.heard = self._queue.heard

    def _submit(self, command: Callable[[Any], object]) -> None:
        command(self._queue)


ONE: Final = [UploadId("one")]
KEY: Final = RunKey(7, "4217")
WHY: Final = Reason(Code.NOT_FETCHED)
MORE: Final = AddOptions(again=True)
AWAITED: Final = [Awaited(ONE[0], Path("/a"), "a", 1)]


@pytest.mark.parametrize(
    ("ask", "heard"),
    [
        (lambda b: b.start(), ("start",)),
        (lambda b: b.try_now(), ("try_now",)),
        (lambda b: b.retry(ONE), ("retry", ONE)),
        (lambda b: b.retry_failed(), ("retry_failed",)),
        (lambda b: b.send_again(ONE), ("send_again", ONE, True)),
        (lambda b: b.send_again(ONE, start=False), ("send_again", ONE, False)),
        (lambda b: b.treat(ONE, Treatment.ZIP), ("treat", ONE, Treatment.ZIP)),
        (lambda b: b.undo(), ("undo",)),
        (lambda b: b.send_here(ONE), ("send_here", ONE)),
        (lambda b: b.clear_finished(), ("clear_finished",)),
        (lambda b: b.send_past_again(KEY), ("send_past_again", KEY)),
        (lambda b: b.await_files(AWAITED, "4217", MORE), ("await_files", tuple(AWAITED), "4217", MORE)),
        (lambda b: b.fetched(ONE[0]), ("fetched", ONE)),
        (lambda b: b.not_fetched(ONE[0], WHY), ("not_fetched", ONE, WHY)),
    ],
)
def test_what_may_send_something_waits_until_settings_are_saved(
    qapp: object, ask: Callable[[Bridge], None], heard: tuple[object, ...]
) -> None:
    bridge = BridgeToListener()
    bridge.hold()
    ask(bridge)
    assert bridge.heard == []
    bridge.release()
    assert bridge.heard == [heard]


@pytest.mark.parametrize(
    ("stop", "heard"),
    [
        (lambda b: b.pause(), ("pause",)),
        (lambda b: b.cancel(ONE), ("cancel", ONE)),
        (lambda b: b.cancel_all(), ("cancel_all",)),
        (lambda b: b.remove(ONE), ("remove", ONE)),
        (lambda b: b.take_away(ONE, []), ("take_away", ONE, [])),
        (lambda b: b.send_to(ONE, "4217"), ("send_to", ONE, "4217")),
    ],
)
def test_what_stops_something_waits_for_no_settings_and_stops_once_more_what_waited_for_them(
    qapp: object, stop: Callable[[Bridge], None], heard: tuple[object, ...]
) -> None:
    bridge = BridgeToListener()
    bridge.hold()
    bridge.start()
    stop(bridge)
    assert bridge.heard == [heard]
    bridge.release()
    assert bridge.heard == [heard, ("start",), heard]
