"""Messages to the desktop on Linux: well formed, over one connection, and nobody minds when there is no bus."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pytest
from jeepney import Message

from uploader_gui.platform.session_bus import SessionBus, has_session_bus, retrieve_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux' own")
PATIENCE = 20.0


class Line:
    def __init__(self) -> None:
        self.sent: SimpleQueue[Any] = SimpleQueue()
        self.connected = 0

    def connect(self) -> Line:
        self.connected += 1
        return self

    def send(self, message: Any) -> None:
        self.sent.put(message)

    def close(self) -> None:
        self.sent.put(None)


def test_a_notification_is_plain_text_and_wants_no_answer() -> None:
    line = Line()
    bus = SessionBus(line.connect)
    bus.notify("All files are sent", "<b> & more")
    message = line.sent.get(timeout=PATIENCE)
    assert message.body[3:5] == ("All files are sent", "&lt;b> &amp; more")
    assert message.header.flags & 1  # no reply expected
    message.serialise(1)


def test_progress_goes_over_one_connection_and_ends() -> None:
    line = Line()
    bus = SessionBus(line.connect)
    for share, left in ((0.0, 3), (0.5, 3), (0.99, 0), (None, 0)):
        bus.show_progress(share, left)
    bus.close()
    none_yet, first, last, end = (line.sent.get(timeout=PATIENCE) for _ in range(4))
    assert none_yet.body[1]["progress-visible"] == ("b", True)
    assert first.body == (
        "application://uploader-gui.desktop",
        {"progress": ("d", 0.5), "progress-visible": ("b", True), "count": ("x", 3), "count-visible": ("b", True)},
    )
    assert (last.body[1]["progress-visible"], last.body[1]["count-visible"]) == (("b", True), ("b", False))
    assert end.body[1]["progress-visible"] == ("b", False)
    assert line.sent.get(timeout=PATIENCE) is None
    assert line.connected == 1


def test_messages_to_a_bus_that_is_gone_are_dropped() -> None:
    def kept() -> int:
        return sum(isinstance(one, Message) for one in gc.get_objects())

    threads, before = {*threading.enumerate()}, kept()
    bus = SessionBus(lambda: 1 / 0)
    bus.show_progress(0.5, 3)
    for thread in {*threading.enumerate()} - threads:
        thread.join(PATIENCE)
    for left in range(100):
        bus.show_progress(0.5, left)
    assert kept() <= before + 1
    bus.close()


def test_a_bus_that_is_not_there_is_no_trouble_without_portal_no_files_are_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    with pytest.raises(OSError, match="FileNotFoundError"):
        retrieve_files("2158")
    bus = SessionBus()
    bus.notify("nobody", "hears it")
    bus.close()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert not has_session_bus()


@pytest.fixture
def session_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("no dbus-daemon to send to")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    yield address
    daemon.terminate()
    daemon.wait(PATIENCE)
    daemon.stdout.close()


def test_a_real_bus_passes_both_on(session_bus: str) -> None:
    from jeepney import MatchRule, message_bus  # noqa: PLC0415 - on Linux alone
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - as above

    service = "org.freedesktop.Notifications"
    with open_dbus_connection(bus=os.environ["DBUS_SESSION_BUS_ADDRESS"]) as listener:
        driver = Proxy(message_bus, listener)
        driver.RequestName(service)
        rule = MatchRule(type="signal", interface="com.canonical.Unity.LauncherEntry")
        driver.AddMatch(rule)
        bus = SessionBus()
        bus.notify("title", "text")
        bus.show_progress(0.25, 7)
        heard: dict[str, Any] = {}
        while len(heard) < 2:
            message = listener.receive(timeout=PATIENCE)
            member = message.header.fields.get(3)
            if member in {"Notify", "Update"}:
                heard[member] = message.body
        bus.close()
    assert heard["Notify"][3:5] == ("title", "text")
    assert heard["Update"][1]["progress"] == ("d", 0.25)


def test_files_of_a_sandboxed_program_come_from_the_portal(session_bus: str) -> None:
    from jeepney import message_bus, new_error, new_method_return  # noqa: PLC0415 - on Linux alone
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - as above

    with open_dbus_connection(bus=session_bus) as portal:
        Proxy(message_bus, portal).RequestName("org.freedesktop.portal.Documents")

        def answer() -> None:
            for _ in range(3):
                while (asked := portal.receive(timeout=PATIENCE)).header.fields.get(3) != "RetrieveFiles":
                    pass
                given = {"2158": ["/home/m/a.jpg"], "none": [""]}.get(asked.body[0])
                no = new_error(asked, "org.freedesktop.DBus.Error.AccessDenied", "s", ("Invalid transfer",))
                portal.send(no if given is None else new_method_return(asked, "as", (given,)))

        answering = Thread(target=answer)
        answering.start()
        assert retrieve_files("2158") == [Path("/home/m/a.jpg")]
        with pytest.raises(OSError, match="Invalid transfer"):
            retrieve_files("other")
        with pytest.raises(OSError, match="no files"):
            retrieve_files("none")
        answering.join(PATIENCE)
