"""Notifications, launcher progress, and files of sandboxed programs on Linux, over the session's D-Bus.

A thread sends the messages, over one connection for as long as the program runs: docks forget the progress of a program
that disconnects. Without a bus, or when it refuses, messages are dropped: nothing depends on them.

Sources: "Desktop Notifications Specification" 1.2; "Unity Launcher API" (`com.canonical.Unity.LauncherEntry`).
"""

from __future__ import annotations

import errno
import logging
import os
import threading
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

VARIABLE: Final = "DBUS_SESSION_BUS_ADDRESS"
NAME: Final = "uploader-gui"
_NOTIFICATIONS: Final = "org.freedesktop.Notifications"
_DOCUMENTS: Final = "org.freedesktop.portal.Documents"
_DOCUMENTS_PATH: Final = "/org/freedesktop/portal/documents"
_PORTAL_SECONDS: Final = 10.0


class SessionBus:
    """Sends messages; `connect` opens a connection of jeepney's or raises any exception."""

    def __init__(self, connect: Callable[[], Any] | None = None) -> None:
        self._connect = connect or _connection
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_gone = False

    def notify(self, title: str, text: str) -> None:
        """Show a notification; return at once."""
        from jeepney import DBusAddress, MessageFlag, new_method_call  # noqa: PLC0415 - only on Linux

        place = DBusAddress("/org/freedesktop/Notifications", _NOTIFICATIONS, _NOTIFICATIONS)
        hints = {"desktop-entry": ("s", NAME)}
        message = new_method_call(place, "Notify", "susssasa{sv}i", (NAME, 0, NAME, title, _plain(text), [], hints, -1))
        message.header.flags |= MessageFlag.no_reply_expected
        self._send(message)

    def show_progress(self, share: float | None, left: int) -> None:
        """Show in docks the share that is sent (None: nothing goes on) and the files left; return at once."""
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
        """Disconnect after the messages still to be sent; do not wait for the thread."""
        if self._thread is not None:
            self._messages.put(None)

    def _send(self, message: Any) -> None:
        if self._is_gone:
            return
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
            self._is_gone = True
            log.info("no messages to the desktop: %s", type(error).__name__)


def has_session_bus() -> bool:
    """Return whether there is a bus to send to."""
    return bool(os.environ.get(VARIABLE))


def retrieve_files(key: str) -> list[Path]:
    """Return the files a sandboxed program hands over under a key, as the portal makes them readable here. Blocks.

    Source: "org.freedesktop.portal.FileTransfer" 1.

    Raises:
        OSError: there is no portal, or it does not know the key, or has no files under it.
    """
    from jeepney import DBusAddress, MessageType, new_method_call  # noqa: PLC0415 - only on Linux

    place = DBusAddress(_DOCUMENTS_PATH, _DOCUMENTS, "org.freedesktop.portal.FileTransfer")
    try:
        with closing(_connection()) as connection:
            wanted = new_method_call(place, "RetrieveFiles", "sa{sv}", (key, {}))
            answer = connection.send_and_get_reply(wanted, timeout=_PORTAL_SECONDS)
    except Exception as error:
        raise OSError(errno.EIO, type(error).__name__) from error
    if answer.header.message_type is not MessageType.method_return:
        raise OSError(errno.EIO, str(answer.body))
    paths = [Path(path) for path in answer.body[0] if path.startswith("/")]
    if not paths:
        raise OSError(errno.ENOENT, "no files")
    return paths


def _connection() -> Any:
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415 - as above

    return open_dbus_connection(bus="SESSION")


def _plain(text: str) -> str:
    """Return a text escaped: a notification's body may be read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
