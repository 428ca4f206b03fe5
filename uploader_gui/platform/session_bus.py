"""Messages to the desktop on Linux: over the session's D-Bus, from a thread of its own. Used by `gui/desktop/`.

One connection for as long as the program runs: docks forget the progress of who hangs up. Without a bus, or when it
refuses, messages are dropped: they are courtesy. Sources: "Desktop Notifications Specification" 1.2; "Unity Launcher
API" (`com.canonical.Unity.LauncherEntry`).
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import closing
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

VARIABLE: Final = "DBUS_SESSION_BUS_ADDRESS"
NAME: Final = "uploader-gui"
_NOTIFICATIONS: Final = "org.freedesktop.Notifications"


class Connection(Protocol):
    """What is needed of jeepney's."""

    def send(self, message: Any) -> None:
        """Send it."""

    def close(self) -> None:
        """Hang up."""


class SessionBus:
    """Sends messages; `connect` opens a connection or raises whatever it likes."""

    def __init__(self, connect: Callable[[], Connection] | None = None) -> None:
        self._connect = connect or _connection
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def notify(self, title: str, text: str) -> None:
        """Show a notification; returns at once."""
        from jeepney import DBusAddress, MessageFlag, new_method_call  # noqa: PLC0415 - on Linux alone

        place = DBusAddress("/org/freedesktop/Notifications", _NOTIFICATIONS, _NOTIFICATIONS)
        hints = {"desktop-entry": ("s", NAME)}
        message = new_method_call(place, "Notify", "susssasa{sv}i", (NAME, 0, NAME, title, _plain(text), [], hints, -1))
        message.header.flags |= MessageFlag.no_reply_expected
        self._send(message)

    def show_progress(self, share: float | None, left: int) -> None:
        """Tell docks how far it is (None: nothing goes on) and how many files wait; returns at once."""
        from jeepney import DBusAddress, new_signal  # noqa: PLC0415 - as above

        place = DBusAddress("/com/canonical/unity/launcherentry/1", interface="com.canonical.Unity.LauncherEntry")
        properties = {
            "progress": ("d", share or 0.0),
            "progress-visible": ("b", share is not None),
            "count": ("x", left),
            "count-visible": ("b", share is not None and left > 0),
        }
        self._send(new_signal(place, "Update", "sa{sv}", (f"application://{NAME}.desktop", properties)))

    def close(self) -> None:
        """Hang up after what is still to be sent; the thread is not waited for."""
        if self._thread is not None:
            self._messages.put(None)

    def _send(self, message: Any) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="uploader-session-bus", daemon=True)
            self._thread.start()
        self._messages.put(message)

    def _serve(self) -> None:
        try:
            with closing(self._connect()) as connection:
                while (message := self._messages.get()) is not None:
                    connection.send(message)
        except Exception as error:  # noqa: BLE001 - whatever a desktop does, sending goes on
            log.info("the desktop hears nothing: %s", type(error).__name__)


def has_session_bus() -> bool:
    """Say whether there is a bus to send to."""
    return bool(os.environ.get(VARIABLE))


def _connection() -> Connection:
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415 - as above

    connection: Connection = open_dbus_connection(bus="SESSION")
    return connection


def _plain(text: str) -> str:
    """A notification's body may be read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
