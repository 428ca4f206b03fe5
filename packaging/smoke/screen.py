"""A virtual screen with a window manager, and hands: finds windows, drags, types, closes. Used by the smoke tests.

Waits for what X tells (`xdotool --sync`, pixels), never for time to pass.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from typing import TYPE_CHECKING, Final, Self

from PIL import ImageGrab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PIL import Image

PATIENCE: Final = 180.0
"""Seconds until a test gives up: far more than anything here takes, on a busy machine too."""
_STILL: Final = 0.7
"""Seconds, longer than any pause between two paintings of a window that is busy."""


class Screen:
    """Xvfb and openbox on a display of their own, from `with` to its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self.display = ""

    def __enter__(self) -> Self:
        reading, writing = os.pipe()
        server = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x900x24", "-nolisten", "tcp", "-noreset"]
        self._start(server, pass_fds=(writing,))
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = f":{told.readline().strip()}"
        self._start(["openbox", "--sm-disable"], env=self.environment)
        self.wait_until(lambda: "window id" in self.ask("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"))
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            process.terminate()
            process.wait(PATIENCE)

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with this screen in it, for X's own tools; the window manager's log stays here."""
        return os.environ | {
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CACHE_HOME": str(self._folder / "cache"),
        }

    def ask(self, *command: str) -> str:
        """Return what a tool says about this screen."""
        ran = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        return ran.stdout

    def wait_until(self, holds: Callable[[], bool], pause: float = 0.05) -> None:
        """Ask again and again."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "it did not come to that"
            time.sleep(pause)

    def picture(self) -> Image.Image:
        """Return what it shows now."""
        return ImageGrab.grab(xdisplay=self.display)

    def wait_until_painted(self, window: str) -> None:
        """Wait for the first painting of a window that stands: until then it is black."""
        left, top, width, height = self._geometry_of(window)
        self.wait_until(
            lambda: self.picture().convert("RGB").crop((left, top, left + width, top + height)).getcolors(2) is None
        )

    def shoot(self, file: Path) -> None:
        """Save what it shows once nothing moves there any more."""
        seen = [self.picture()]

        def is_still() -> bool:
            seen.append(self.picture())
            return seen[-1] == seen[-2]

        self.wait_until(is_still, _STILL)
        file.parent.mkdir(parents=True, exist_ok=True)
        seen[-1].save(file)

    def window_of(self, process: int, *others: str) -> str:
        """Wait for a window of a process, such as a dialog besides the others; return its X id."""
        return self._appearing(process, lambda one: one not in others and self._is_managed(one))

    def _appearing(self, process: int, wanted: Callable[[str], bool]) -> str:
        found: list[str] = []

        def appears() -> bool:
            told = self.ask("xdotool", "search", "--onlyvisible", "--pid", str(process))
            found[:] = filter(wanted, told.split())
            return bool(found)

        self.wait_until(appears)
        return found[0]

    def size_of(self, window: str) -> tuple[int, int]:
        """Return width and height."""
        _, _, width, height = self._geometry_of(window)
        return width, height

    def place(self, window: str, x: int, y: int) -> None:
        """Move a window and wait until it is there."""
        self.ask("xdotool", "windowmove", "--sync", window, str(x), str(y))
        self.ask("xdotool", "windowactivate", "--sync", window)

    def middle_of(self, window: str) -> tuple[int, int]:
        """Return the middle of a window on the screen."""
        x, y, width, height = self._geometry_of(window)
        return x + width // 2, y + height // 2

    def press_primary_button(self, window: str, until: Callable[[], bool]) -> None:
        """Press the button at the lower right, which begins, until that has come of it.

        It is pressed where it is blue and has looked the same for a while: just after a change no press counts. Once
        more only after a long while: for some seconds what began may be undone by the same button.
        """
        x, y, width, height = self._geometry_of(window)
        right, middle = x + width - 40, y + height - 44
        looks: list[Image.Image] = []

        def has_been_blue(times: int) -> bool:
            looks.append(self.picture().convert("RGB").crop((right - 160, middle - 16, right, middle + 16)))
            red, _, blue = looks[-1].getpixel((159, 16))  # type: ignore[misc] # three, for RGB
            return blue > red + 80 and looks[-times:] == looks[-1:] * times

        self.point(right, middle)
        times = 2
        while not until():
            self.wait_until(lambda: until() or has_been_blue(times), _STILL)  # noqa: B023 - called in this round alone
            if not until():
                self.press()
                self.release()
                looks.clear()
                times = 20

    def open_menu(self, process: int, window: str, x: int, y: int) -> None:
        """Press the right button at a place of a process's window, and wait for the menu, which no frame surrounds."""
        left, top, *_ = self._geometry_of(window)
        self.point(left + x, top + y)
        self.ask("xdotool", "click", "3")
        self._appearing(process, lambda one: not self._is_managed(one))

    def _geometry_of(self, window: str) -> tuple[int, ...]:
        """Return left, top, width, height; `xdotool`'s own figures are off by the frame."""
        told = self.ask("xwininfo", "-id", window)
        names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
        return tuple(int(re.findall(rf"{name}:\s+(-?\d+)", told)[0]) for name in names)

    def point(self, x: int, y: int) -> None:
        """Move the pointer; X has it there when this returns."""
        self.ask("xdotool", "mousemove", str(x), str(y))

    def press(self) -> None:
        """Hold the left button down."""
        self.ask("xdotool", "mousedown", "1")

    def release(self) -> None:
        """Let the left button go."""
        self.ask("xdotool", "mouseup", "1")

    def type(self, text: str) -> None:
        """Type into whatever has the keyboard."""
        self.ask("xdotool", "type", "--delay", "3", text)

    def strike(self, key: str) -> None:
        """Press a key by its X name."""
        self.ask("xdotool", "key", key)

    def ask_to_close(self, window: str) -> None:
        """Do what the close button in the frame does: the window manager sends WM_DELETE_WINDOW."""
        self.ask("wmctrl", "-i", "-c", hex(int(window)))

    def _is_managed(self, window: str) -> bool:
        """Return whether the window manager has taken a window in: only then it has its place and gets drops."""
        listed = self.ask("xprop", "-root", "_NET_CLIENT_LIST")
        return int(window) in {int(one, 16) for one in re.findall(r"0x[0-9a-f]+", listed)}

    def _start(self, command: list[str], **options: object) -> None:
        self._started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, **options))  # type: ignore[call-overload] # env and pass_fds, nothing else
