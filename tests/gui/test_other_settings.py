"""Other settings while files stand on the list, with the real engine behind the window: nothing is lost or misled."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
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
from uploader_gui.engine.events import EngineFailed, Event, HistoryFound, PathsAdded, QueueIdle, UploadsRemoved
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import Awaited, Reason, RunKey, Treatment, UploadId, UploadState
from uploader_gui.engine.options import AddOptions, EngineOptions
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme

PATIENCE = 60_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A window over the real engine, and two services: `here` it begins with, `there` the settings lead to."""

    window: MainWindow
    bridge: Bridge
    qtbot: QtBot
    files: Files
    here: EngineOptions
    there: EngineOptions
    here_api: StrictApi
    there_api: StrictApi
    told: list[Event] = field(default_factory=list)

    def begin(self) -> None:
        self.bridge.run(self.here, anomaly_id=lambda: "4217")

    def add(self, *names: str) -> None:
        self.window.add_files.add([self.files.make(name) for name in names])

    def until(self, seen: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(seen, timeout=PATIENCE)

    def until_told(self, kind: type[Event], number: int = 1) -> None:
        self.until(lambda: sum(isinstance(event, kind) for event in self.told) >= number)

    def shown(self) -> dict[str, tuple[UploadState, str]]:
        self.window.model.flush()
        rows = [self.window.model.snapshot(row) for row in range(self.window.model.rowCount())]
        return {row.source.name: (row.state, row.elsewhere) for row in rows}

    def listed(self) -> list[UploadId]:
        return [self.window.model.snapshot(row).upload_id for row in range(self.window.model.rowCount())]

    def registered(self) -> tuple[list[str], list[str]]:
        """The names each service has registered, in their order."""
        here, there = (sorted(record.name for record in api.registered) for api in (self.here_api, self.there_api))
        return here, there


@pytest.fixture
def scene(  # noqa: PLR0917 - everything it is put together from
    theme: Theme, qtbot: QtBot, files: Files, strict_api: StrictApi, scripted_storage: ScriptedStorage, tmp_path: Path
) -> Iterator[Scene]:
    bridge = Bridge()
    window = MainWindow(bridge, theme, anomaly_id="4217")
    qtbot.addWidget(window, before_close_func=lambda one: one.hide())
    window.show()
    here = EngineOptions(tmp_path / "data" / "journal.sqlite", strict_api.url, tokens=strict_api.tokens)
    with StrictApi(lambda upload, _: scripted_storage.url_for(f"other/{upload['uploadId']}")) as other:
        there = replace(here, api_url=other.url, tokens=other.tokens)
        made = Scene(window, bridge, qtbot, files, here, there, strict_api, other)
        bridge.event_arrived.connect(made.told.append)
        yield made
        bridge.leave(threading.Event())()
    assert other.violations == []


def test_the_rows_stay_in_the_window_and_undo_still_works(scene: Scene) -> None:
    scene.begin()
    scene.add("a.jpg")
    scene.until(lambda: "a.jpg" in scene.shown())
    QTest.mouseClick(scene.window.footer.primary, LEFT)
    scene.until(lambda: scene.shown()["a.jpg"][0] is S.UPLOADED)
    scene.until_told(QueueIdle)  # else the next ones are sent too
    scene.add("b.jpg", "c.jpg")
    scene.until(lambda: len(scene.shown()) == 3)
    scene.until_told(PathsAdded, 2)  # hides Undo
    scene.bridge.remove(scene.listed()[:2])
    scene.until(scene.window.body.undo.isVisible)
    scene.bridge.replace(scene.there, scene.listed())
    QTest.mouseClick(scene.window.body.undo.button, LEFT)
    old = scene.here.api_url
    expected = {"a.jpg": (S.UPLOADED, old), "b.jpg": (S.QUEUED, old), "c.jpg": (S.QUEUED, old)}
    scene.until(lambda: scene.shown() == expected)
    assert list(scene.shown()) == ["a.jpg", "b.jpg", "c.jpg"]
    scene.add("d.jpg")
    scene.until(lambda: "d.jpg" in scene.shown())
    QTest.mouseClick(scene.window.footer.primary, LEFT)
    scene.until(lambda: scene.shown()["d.jpg"] == (S.UPLOADED, ""))
    assert scene.registered() == (["a.jpg"], ["d.jpg"])


def test_settings_are_saved_at_once_while_the_engine_is_stuck_and_nothing_is_lost(scene: Scene) -> None:
    scene.begin()
    stuck, may_go_on = threading.Event(), threading.Event()

    def hang(_: object) -> None:
        stuck.set()
        may_go_on.wait(60)

    scene.add("a.jpg")
    scene.until(lambda: "a.jpg" in scene.shown())
    scene.bridge.send_again(Hang(hang))
    assert stuck.wait(60)
    before = time.monotonic()
    scene.add("b.jpg")
    scene.bridge.replace(scene.there, scene.listed())
    scene.add("c.jpg")
    scene.bridge.start()
    assert time.monotonic() - before < 30.0  # half as long as it is stuck
    may_go_on.set()
    scene.until(lambda: scene.shown().get("c.jpg") == (S.UPLOADED, ""))
    waiting = (S.QUEUED, scene.here.api_url)
    scene.until(lambda: [scene.shown().get(name) for name in ("a.jpg", "b.jpg")] == [waiting] * 2)
    assert scene.registered() == ([], ["c.jpg"])


def test_an_engine_that_broke_is_replaced_and_the_list_there_again(scene: Scene, expected_logs: ExpectedLogs) -> None:
    expected_logs.allow("the engine broke")

    def end(_: object) -> None:
        raise SystemExit

    scene.begin()
    scene.add("a.jpg", "removed.jpg")
    scene.until_told(PathsAdded)
    scene.until(lambda: {"a.jpg", "removed.jpg"} <= set(scene.shown()))
    engine = next(one for one in threading.enumerate() if one.name == "uploader-engine")
    scene.bridge.remove(scene.listed()[1:])
    scene.until(scene.window.body.undo.isVisible)
    scene.bridge.send_again(Hang(end))
    engine.join(60)
    ended = "Internal error: this program sends nothing more. Close it, then start it again."
    scene.until(lambda: scene.window.banner.text.text().startswith(ended))
    scene.add("b.jpg")
    scene.bridge.replace(replace(scene.here, size_unit="bytes"), scene.listed())
    scene.until(lambda: set(scene.shown()) == {"a.jpg", "b.jpg"})
    scene.until(lambda: not scene.window.banner.text.text().startswith("Internal error"))
    assert scene.window.body.undo.text.text() == ""
    scene.here_api.size_unit = "bytes"
    scene.bridge.start()
    scene.until(lambda: {state for state, _ in scene.shown().values()} == {S.UPLOADED})
    assert scene.registered()[0] == ["a.jpg", "b.jpg"]


def test_what_is_dropped_while_an_engine_is_broken_is_for_the_server_in_use_then(
    scene: Scene, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the engine broke")

    def end(_: object) -> None:
        raise SystemExit

    scene.begin()
    scene.bridge.replace(scene.there, scene.listed())
    scene.add("a.jpg")
    scene.until(lambda: "a.jpg" in scene.shown())
    engine = next(one for one in threading.enumerate() if one.name == "uploader-engine")
    scene.bridge.send_again(Hang(end))
    engine.join(60)
    scene.add("b.jpg")
    scene.bridge.replace(replace(scene.there, bandwidth_limit=1e9), scene.listed())
    scene.bridge.start()
    scene.until(lambda: scene.shown() == dict.fromkeys(("a.jpg", "b.jpg"), (S.UPLOADED, "")))
    assert scene.registered() == ([], ["a.jpg", "b.jpg"])


def test_what_was_asked_before_the_first_engine_is_not_asked_of_the_next_one_again(
    scene: Scene, expected_logs: ExpectedLogs
) -> None:
    """A start of then would send what waits now; a drop of then would be there once more."""
    expected_logs.allow("the engine broke")

    def end(_: object) -> None:
        raise SystemExit

    scene.bridge.pause()
    scene.add("early.jpg")
    scene.bridge.start()
    scene.begin()
    scene.until(lambda: scene.shown().get("early.jpg", ("",))[0] is S.UPLOADED)
    scene.bridge.pause()
    scene.add("waiting.jpg")
    scene.until(lambda: "waiting.jpg" in scene.shown())
    engine = next(one for one in threading.enumerate() if one.name == "uploader-engine")
    scene.bridge.send_again(Hang(end))
    engine.join(60)
    scene.bridge.replace(replace(scene.here, size_unit="bytes"), scene.listed())
    scene.until(lambda: "waiting.jpg" in scene.shown())
    scene.bridge.load_history()
    scene.until_told(HistoryFound)
    assert (scene.shown(), scene.registered()[0]) == ({"waiting.jpg": (S.QUEUED, "")}, ["early.jpg"])


class Hang(list[UploadId]):
    """Ids whose reading hangs: the engine's thread is stuck, as on a disk that does not answer."""

    def __init__(self, wait: object) -> None:
        super().__init__()
        self._wait = wait

    def __iter__(self) -> Iterator[UploadId]:
        assert callable(self._wait)
        self._wait(self)
        return iter(())


def test_what_is_asked_while_settings_are_saved_is_for_the_settings_just_set(scene: Scene) -> None:
    """A keyring may take its time; a pause does not."""
    scene.begin()
    scene.add("a.jpg", "gone.jpg")
    scene.until(lambda: len(scene.shown()) == 2)
    scene.bridge.hold()
    scene.add("b.jpg")
    scene.bridge.start()
    scene.bridge.cancel([scene.listed()[1]])
    scene.until(lambda: scene.shown()["gone.jpg"][0] is S.CANCELLED)
    assert "b.jpg" not in scene.shown()
    scene.bridge.hold()  # a second change, before the first is in force
    scene.add("c.jpg")
    scene.bridge.replace(scene.there, scene.listed())
    scene.bridge.release()
    scene.until(lambda: scene.shown().get("b.jpg") == (S.UPLOADED, ""))
    scene.bridge.replace(scene.here, scene.listed())
    scene.bridge.release()
    scene.until(lambda: [scene.shown().get(n) for n in ("a.jpg", "c.jpg")] == [(S.QUEUED, "")] * 2)
    assert scene.registered() == ([], ["b.jpg"])


def test_an_engine_that_could_not_begin_is_replaced_and_what_was_dropped_meanwhile_is_there(
    scene: Scene, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the engine cannot work")
    with closing(Journal(scene.here.journal_path)):
        scene.begin()
        scene.bridge.resume()
        scene.add("a.jpg")
        scene.until_told(EngineFailed)
        scene.add("b.jpg")
    scene.bridge.replace(scene.there, scene.listed())
    scene.add("c.jpg")
    scene.bridge.start()
    scene.until(lambda: scene.shown().get("c.jpg") == (S.UPLOADED, ""))
    waiting = (S.QUEUED, scene.here.api_url)
    scene.until(lambda: [scene.shown().get(name) for name in ("a.jpg", "b.jpg")] == [waiting] * 2)
    assert scene.registered()[1] == ["c.jpg"]
    assert [event.kept for event in scene.told if isinstance(event, UploadsRemoved)] == [True]


class Listener:
    """A queue, and its parts, that only notes what it is asked: names and arguments."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []
        self.scheduler = self.intake = self

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
