"""A run without a window asks the desktop to stay awake; one that is not there, or sleeps itself, is no trouble."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence


class Bus:
    """Where a session bus would listen; a caller gets no answer, or is hung up on."""

    def __init__(self, path: Path, *, answers: bool) -> None:
        self._answers = answers
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._calls: list[socket.socket] = []
        self.address = f"unix:path={path}"
        self.called = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(20.0)
        for one in (self._listener, *self._calls):
            one.close()

    def _listen(self) -> None:
        while True:
            try:
                call, _ = self._listener.accept()
            except OSError:
                return
            self._calls.append(call)
            if self._answers:
                call.shutdown(socket.SHUT_RDWR)
            self.called.set()


@pytest.fixture(params=[True, False], ids=["hangs up", "never answers"])
def bus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    bus = Bus(tmp_path_factory.mktemp("bus") / "socket", answers=request.param)
    yield bus
    bus.close()


def test_a_desktop_is_asked_to_stay_awake_while_something_is_sent_and_cannot_hold_up_the_run(
    bus: Bus, program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    running = program.begin(files.make("a.jpg"), DBUS_SESSION_BUS_ADDRESS=bus.address)
    assert bus.called.wait(60.0)
    scripted_storage.release()
    ended = running.ended()
    assert (ended.code, ended.err, ended.totals["uploaded"]) == (0, "", 1)
