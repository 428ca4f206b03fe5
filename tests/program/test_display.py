"""Whether a window can be opened is found out without Qt, which would abort the process."""

import os
import socket
import struct
import sys
import threading
from pathlib import Path

import pytest

from uploader_gui.platform import application, display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")


@pytest.fixture(autouse=True)
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "WAYLAND_SOCKET",
        "XDG_SESSION_TYPE",
        "QT_QPA_PLATFORM",
        "XDG_RUNTIME_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["", ":931", "127.0.0.1:931", "nonsense", ":"])
def test_an_absent_or_dead_display_is_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DISPLAY", name)
    hindrance = display.find_obstacle()
    assert hindrance is not None
    assert hindrance.text == "There is no display."


def test_a_wayland_display_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
        obstacle = display.find_obstacle()
    assert obstacle is None or obstacle.library.startswith("libwayland-")  # which a bare machine lacks


@pytest.mark.parametrize(
    ("variables", "opens"),
    [
        ({"QT_QPA_PLATFORM": "xcb"}, False),
        ({"QT_QPA_PLATFORM": "wayland"}, False),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, False),
        ({"QT_QPA_PLATFORM": "wayland-egl;xcb:args;offscreen"}, True),
        ({"QT_QPA_PLATFORM": "offscreen:size=800x600"}, True),
        ({"QT_QPA_PLATFORM": "nonsense"}, False),
        ({"QT_QPA_PLATFORM": " offscreen"}, False),  # Qt takes the blank for a part of the name, and aborts
        ({"QT_QPA_PLATFORM": "OffScreen"}, True),
        ({"QT_QPA_PLATFORM": "eglfs"}, False),
        ({"QT_QPA_PLATFORM": "linuxfb"}, False),
        ({"QT_QPA_PLATFORM": "vnc"}, False),  # listens on the network
        ({"QT_QPA_PLATFORM": ";"}, False),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-7"}, False),
        ({"DISPLAY": ":931", "WAYLAND_DISPLAY": "wayland-9"}, False),
        ({"XDG_SESSION_TYPE": "wayland"}, False),
    ],
)
def test_a_window_opens_only_on_a_platform_of_the_list_that_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], *, opens: bool
) -> None:
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert (display.find_obstacle() is None) is opens


REASON = b"No protocol specified\n\0\0"
REFUSED = struct.pack("<BBHHH", 0, len(REASON), 11, 0, len(REASON) // 4) + REASON
"""An X server's answer to somebody without its authority (X Window System Protocol, "Connection Setup")."""


def test_an_x_server_of_others_is_no_display(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X9371")
        server.listen()
        monkeypatch.setenv("DISPLAY", ":9371")
        answering = threading.Thread(target=_refuse, args=(server,), daemon=True)
        answering.start()
        obstacle = display.find_obstacle()
        answering.join()
    assert obstacle is not None
    assert (obstacle.library, capfd.readouterr().err) == ("", "")


def _refuse(server: socket.socket) -> None:
    for _ in range(2):  # who asks whether it is there, and who would draw
        connection, _address = server.accept()
        with connection:
            if connection.recv(12):
                connection.sendall(REFUSED)


def test_a_missing_library_is_named_with_the_packages_to_install() -> None:
    sentence = display.Obstacle("libxcb-cursor.so.0").text
    assert "libxcb-cursor.so.0" in sentence
    assert "apt install" in sentence
    assert "libxcb-cursor0" in sentence


@pytest.mark.parametrize(
    ("bus", "service", "chosen", "theme"),
    [
        ("unix:path=/nowhere", True, None, "xdgdesktopportal"),
        ("unix:path=/nowhere", True, "gtk3", "gtk3"),
        ("unix:path=/nowhere", False, None, None),
        ("", True, None, None),
    ],
)
def test_dialogs_come_through_the_desktops_portal_where_there_is_one_and_nothing_else_was_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bus: str, chosen: str | None, theme: str | None, *, service: bool
) -> None:
    services = tmp_path / "dbus-1" / "services"
    services.mkdir(parents=True)
    if service:
        (services / "org.freedesktop.portal.Desktop.service").touch()
    monkeypatch.setenv("XDG_DATA_DIRS", f"/nowhere:{tmp_path}")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    monkeypatch.delenv("QT_QPA_PLATFORMTHEME", raising=False)
    if chosen is not None:
        monkeypatch.setenv("QT_QPA_PLATFORMTHEME", chosen)
    with application.portal_as_theme():
        assert os.environ.get("QT_QPA_PLATFORMTHEME") == theme
    assert os.environ.get("QT_QPA_PLATFORMTHEME") == chosen
