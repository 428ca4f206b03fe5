"""Where wakepy's services do not answer, logind or the desktop's portal is asked: a real bus, a service by hand."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs a dbus-daemon"
)
PATIENCE = 20.0
LOGIND, PORTAL = "org.freedesktop.login1", "org.freedesktop.portal.Desktop"
_CONFIGURATION = """<busconfig><type>session</type><listen>unix:abstract={}</listen><policy context="default">
<allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""
WHY = "Des fichiers sont en cours d’envoi"
_KEEP_AWAKE = """
import logging, sys, threading
from uploader_gui.i18n import use_language
from uploader_gui.platform.keep_awake import KeepAwake

use_language("fr")
logging.basicConfig(level="INFO")
awake = KeepAwake()
awake.want(True)
sys.stdin.readline()
awake.close()
for thread in threading.enumerate():
    if thread.name == "uploader-awake":
        thread.join()
"""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """A bus that is both the session's and the system's, and starts no service of this machine.

    It has no path: jeepney reads no blanks and accents in one.
    """
    (tmp_path / "bus.conf").write_text(_CONFIGURATION.format(uuid.uuid4()))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={tmp_path / 'bus.conf'}", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    yield address
    daemon.terminate()
    daemon.wait(PATIENCE)
    daemon.stdout.close()


class Service:
    """Answers `Inhibit` under a name; `told` has what was asked for, then "ended" once the lock is given back."""

    def __init__(self, address: str, name: str) -> None:
        from jeepney import message_bus  # noqa: PLC0415 - on Linux alone
        from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - as above

        self.told: SimpleQueue[Any] = SimpleQueue()
        self._name = name
        self._bus = open_dbus_connection(bus=address, enable_fds=True)
        Proxy(message_bus, self._bus).RequestName(name)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._bus.close()

    def _serve(self) -> None:
        with suppress(OSError):  # hung up on by `__exit__`
            self._answer_calls()

    def _answer_calls(self) -> None:
        from jeepney import MessageType, new_method_return  # noqa: PLC0415 - as above

        while True:
            message = self._bus.receive()
            if message.header.message_type is not MessageType.method_call or message.header.fields.get(3) != "Inhibit":
                continue
            self.told.put(message.body)
            if self._name == PORTAL:
                self._bus.send(new_method_return(message, "o", ("/request",)))
                continue
            ours, theirs = socket.socketpair()
            self._bus.send(new_method_return(message, "h", (theirs.fileno(),)))
            theirs.close()
            self.told.put("ended" if ours.recv(1) == b"" else "?")
            ours.close()


@contextmanager
def kept_awake(bus: str) -> Iterator[subprocess.Popen[str]]:
    """A process that keeps the machine awake until a line is written to it; in a process, as wakepy leaves sockets."""
    environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": bus, "DBUS_SYSTEM_BUS_ADDRESS": bus}
    with subprocess.Popen(
        [sys.executable, "-c", _KEEP_AWAKE], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process


def test_a_lock_of_logind_is_held_until_sleep_is_allowed_again(bus: str) -> None:
    with Service(bus, LOGIND) as service, kept_awake(bus) as process:
        assert service.told.get(timeout=PATIENCE) == ("sleep:idle", "uploader-gui", WHY, "block")
        assert service.told.empty()
        process.communicate("\n", PATIENCE)
        assert service.told.get(timeout=PATIENCE) == "ended"


def test_the_portal_is_asked_where_there_is_no_logind(bus: str) -> None:
    with Service(bus, PORTAL) as service, kept_awake(bus) as process:
        _, flags, options = service.told.get(timeout=PATIENCE)
        assert (flags, options["reason"]) == (4 | 8, ("s", WHY))
        process.communicate("\n", PATIENCE)


def test_what_nobody_grants_is_logged(bus: str) -> None:
    with kept_awake(bus) as process:
        _, log = process.communicate("\n", PATIENCE)
    assert "the machine may fall asleep (logind: DBusErrorResponse, portal: DBusErrorResponse)" in log
