"""Finds out before Qt is loaded whether a window can be opened on this machine, and if not, why.

Without a usable display, or with a system library missing, Qt aborts the process, which cannot be caught. So this
module first connects to the display and loads the platform plugin.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

DEBIAN_PACKAGES: Final = (
    "libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 "
    "libx11-xcb1 libwayland-client0 libwayland-cursor0 libwayland-egl1 libgssapi-krb5-2"
)
"""What Qt needs on a bare Debian or Ubuntu."""
_X_PORT: Final = 6000
_WAYLAND: Final = "WAYLAND_DISPLAY"
_DISPLAY: Final = re.compile(r"(?P<host>.*):(?P<number>\d+)(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why no window can be opened: Qt lacks a system library, or (`library` is "") there is no display."""

    library: str = ""

    @property
    def text(self) -> str:
        """Return a sentence in the language in use, with the packages that contain what is missing."""
        if not self.library:
            return _("There is no display.")
        return _(
            "Qt needs a system library that is missing ({library}). On Debian: apt install {package}",
            library=self.library,
            package=DEBIAN_PACKAGES,
        )


def find_obstacle() -> Obstacle | None:
    """Return why no window can be opened, None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    answering = [name for name in _platforms() if _answers(name)]
    if not answering:
        return Obstacle()
    libraries = [_missing_library(name) for name in answering]  # Qt takes the first that can be loaded
    return None if None in libraries else Obstacle(libraries[0] or "")


def _platforms() -> list[str]:
    """Return the names of the platform plugins that Qt will try, in its order (QGuiApplication's documentation)."""
    if wanted := os.environ.get("QT_QPA_PLATFORM", ""):
        return [name.split(":", maxsplit=1)[0].lower() for name in wanted.split(";")]  # with its blanks, as Qt does
    on_wayland = _WAYLAND in os.environ or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return ["wayland"] * on_wayland + ["xcb"] * ("DISPLAY" in os.environ)


def _answers(platform: str) -> bool:
    """Return whether a platform can show a window. Qt's others take a whole screen, or listen on the network."""
    if platform == "xcb":
        return _x_answers(os.environ.get("DISPLAY", "")) and _x_lets_in()
    if platform in {"wayland", "wayland-egl"}:
        return "WAYLAND_SOCKET" in os.environ or _wayland_answers()
    return platform in {"offscreen", "minimal"}


def _wayland_answers() -> bool:
    name = os.environ.get(_WAYLAND) or "wayland-0"
    return _connects(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name))


def _x_answers(display: str) -> bool:
    parts = _DISPLAY.fullmatch(display)
    if parts is None:
        return Path(display).is_socket() if display.startswith("/") else False
    host, number = parts["host"], int(parts["number"])
    if host in {"", "unix"}:
        local = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where X servers listen
        return _connects(local) or _connects(f"\0{local}")
    return _connects((host, _X_PORT + number))


def _x_lets_in() -> bool:
    """Return whether the X server takes a connection of this user: others have no authority for it."""
    import ctypes  # noqa: PLC0415 - only for a window

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # the plugin lacks it, too, and names it
    xcb.xcb_connect.restype = ctypes.c_void_p
    with _without_stderr():  # it writes a line of its own
        connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    is_refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not is_refused


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Let nothing be written to stderr, by C libraries either."""
    try:
        before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is none
        yield
        return
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def _connects(address: str | tuple[str, int]) -> bool:
    import socket  # noqa: PLC0415 - not every start looks for a display

    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(3.0)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


def _missing_library(platform: str) -> str | None:
    """Return the name of a system library that Qt's modules or a platform's plugin need and the system lacks."""
    package = importlib.util.find_spec("PySide6")
    if package is None or not package.submodule_search_locations:
        return "PySide6"
    try:
        import PySide6.QtWidgets  # noqa: F401, PLC0415 - the import is the check
    except ImportError as error:
        return _library_named_in(str(error))
    plugin = f"libq{platform.partition('-')[0]}.so"
    return _load(Path(package.submodule_search_locations[0]) / "Qt" / "plugins" / "platforms" / plugin)


def _load(plugin: Path) -> str | None:
    import ctypes  # noqa: PLC0415 - only for a window

    if not plugin.exists():
        return None  # a distribution's own Qt: its plugins are elsewhere, and its packages depend on what they need
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return _library_named_in(str(error))
    return None


def _library_named_in(text: str) -> str:
    found = re.search(r"lib[\w.+-]+\.so[\w.]*", text)
    return found[0] if found else text
