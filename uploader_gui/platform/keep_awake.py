"""Keeps the machine awake while files are being sent; where the platform refuses, sending goes on all the same.

wakepy asks GNOME's session manager and the PowerManagement service of older desktops; on Linux without either, logind
and the desktop's portal are asked here. All may wait for an answer, so this runs in a thread of its own.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.i18n import N_, _
from uploader_gui.platform.session_bus import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jeepney import DBusAddress

log = logging.getLogger(__name__)

_ANSWER_SECONDS: Final = 5.0
_WHY: Final = N_("Files are being sent")
"""Desktops show it to a person who puts the machine to sleep or logs off."""
_SUSPEND, _IDLE = 4, 8
"""Flags of the portal's call."""
_LEAVE_SECONDS: Final = 0.5
"""On macOS a separate process (`caffeinate`) keeps the machine awake, and would outlive this program."""


class KeepAwake:
    """`mode` returns a context manager that keeps the machine awake while it is entered."""

    def __init__(self, mode: Callable[[], AbstractContextManager[object]] | None = None) -> None:
        self._mode = mode or _keep_running
        self._wanted = False
        self._requests: SimpleQueue[bool | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def want(self, wanted: bool) -> None:  # noqa: FBT001 - on or off
        """Stay awake from now on, or no longer; return at once."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self.get_ready()
        self._requests.put(wanted)

    def get_ready(self) -> None:
        """Load wakepy now, so that the first transfer does not wait for it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="uploader-awake", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Let the machine sleep again and end the thread; only on macOS wait for it, half a second at most."""
        self.want(False)
        self._requests.put(None)
        if self._thread is not None and sys.platform == "darwin":
            self._thread.join(_LEAVE_SECONDS)

    def _serve(self) -> None:
        if self._mode is _keep_running:
            _load()
        held = ExitStack()
        while (wanted := self._requests.get()) is not None:
            held = self._apply(held, wanted=wanted)
        held.close()

    def _apply(self, held: ExitStack, *, wanted: bool) -> ExitStack:
        try:
            held.close()
            if wanted:
                held.enter_context(self._mode())
        except Exception as error:  # noqa: BLE001 - whatever a platform does, sending goes on
            log.info("the machine may fall asleep: %s", type(error).__name__)
            return ExitStack()
        return held


def _load() -> None:
    with suppress(Exception):  # reported when it is needed
        from wakepy import keep  # noqa: F401, PLC0415 - not before the window stands


@contextmanager
def _keep_running() -> Iterator[None]:
    from wakepy import keep  # noqa: PLC0415 - only where something is sent

    with keep.running(on_fail="pass") as mode, ExitStack() as stack:
        if not mode.active:
            _ask_others(stack)
        yield


def _ask_others(stack: ExitStack) -> None:
    """Ask logind and the portal, on Linux; what is granted holds until the stack is closed."""
    refused = []
    for inhibit in (_inhibit_by_logind, _inhibit_by_portal) if sys.platform == "linux" else ():
        try:
            stack.enter_context(inhibit())
        except Exception as error:  # noqa: BLE001 - whatever a service does, sending goes on
            refused.append(f"{inhibit.__name__.removeprefix('_inhibit_by_')}: {type(error).__name__}")
        else:
            return
    log.info("the machine may fall asleep (%s)", ", ".join(refused) or "nothing here can prevent it")


@contextmanager
def _inhibit_by_logind() -> Iterator[None]:
    """Hold a lock of systemd-logind, which ends when its file is closed ("Inhibitor Locks", systemd.io)."""
    from jeepney import DBusAddress  # noqa: PLC0415 - Linux only

    manager = DBusAddress("/org/freedesktop/login1", "org.freedesktop.login1", "org.freedesktop.login1.Manager")
    with _inhibited("SYSTEM", manager, "ssss", ("sleep:idle", NAME, _(_WHY), "block")) as (lock,), lock:
        yield


@contextmanager
def _inhibit_by_portal() -> Iterator[None]:
    """Hold an inhibition of the desktop's portal, which ends with the connection (xdg-desktop-portal, "Inhibit")."""
    from jeepney import DBusAddress  # noqa: PLC0415 - Linux only

    portal = DBusAddress(
        "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Desktop", "org.freedesktop.portal.Inhibit"
    )
    with _inhibited("SESSION", portal, "sua{sv}", ("", _SUSPEND | _IDLE, {"reason": ("s", _(_WHY))})):
        yield


@contextmanager
def _inhibited(bus: str, service: DBusAddress, signature: str, body: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Call a service's `Inhibit`; give its answer, and keep the connection meanwhile."""
    from jeepney import new_method_call  # noqa: PLC0415 - Linux only
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415 - as above
    from jeepney.wrappers import unwrap_msg  # noqa: PLC0415 - as above

    call = new_method_call(service, "Inhibit", signature, body)
    with closing(open_dbus_connection(bus=bus, enable_fds=True)) as connection:
        yield unwrap_msg(connection.send_and_get_reply(call, timeout=_ANSWER_SECONDS))
