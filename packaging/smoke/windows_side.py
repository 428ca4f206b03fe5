"""What the smoke tests need done inside Windows; run by the build's Python for Windows, with its own library alone.

`box TITLE [BUTTON]` waits until a message box or a page of the installer is shown (its texts come after its title, and
before that), prints its text and presses a button (1 is OK, 2 is Cancel). `hold FILE` opens a file so that nobody else
can, says so and stays. `copy TEXT` puts a text on the clipboard, `delete FILE` deletes as Explorer does; both say if
Windows allowed that. `break FILE PROGRAM...` runs a program and interrupts it by Ctrl+Break once the file is there; it
ends as that does.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

BOX = "#32770"
CLOSE, GET_TEXT, COMMAND = 0x10, 0x0D, 0x111
OK = 1
READ, OPEN_EXISTING = 0x80000000, 3
MOVEABLE, UNICODE_TEXT = 2, 13
SIGBREAK = 21
PATIENCE = 180.0
windll: Any = getattr(ctypes, "windll", None)


def box(title: str, button: str = str(OK)) -> int:
    """Print the text of the message box with that title, then press its button."""
    user = windll.user32
    deadline = time.monotonic() + PATIENCE
    while not user.IsWindowVisible(window := user.FindWindowW(BOX, title)):
        if time.monotonic() > deadline:
            return 1
        time.sleep(0.05)
    tell(window)
    user.PostMessageW(window, COMMAND, int(button), 0)
    return 0


def tell(window: int) -> None:
    """Print the texts of a window; an installer's page is a window inside its window."""
    user, text = windll.user32, ctypes.create_unicode_buffer(20_000)
    page = child = 0
    while page := user.FindWindowExW(window, page, BOX, None):
        tell(page)
    while child := user.FindWindowExW(window, child, "Static", None):
        user.SendMessageW(child, GET_TEXT, 20_000, text)
        print(text.value)


def hold(file: str) -> int:
    """Open a file without sharing it, until the process is ended."""
    if windll.kernel32.CreateFileW(file, READ, 0, None, OPEN_EXISTING, 0, None) in {-1, 0xFFFFFFFF}:
        return 1
    print("held", flush=True)
    time.sleep(PATIENCE)
    return 0


def copy(text: str) -> int:
    """Put a text on the clipboard, which then owns the memory."""
    kernel, user = windll.kernel32, windll.user32
    kernel.GlobalAlloc.restype = kernel.GlobalLock.restype = ctypes.c_void_p
    data = text.encode("utf-16-le") + b"\0\0"
    memory = ctypes.c_void_p(kernel.GlobalAlloc(MOVEABLE, ctypes.c_size_t(len(data))))
    ctypes.memmove(kernel.GlobalLock(memory), data, len(data))
    kernel.GlobalUnlock(memory)
    taken = user.OpenClipboard(None) and user.EmptyClipboard() and user.SetClipboardData(UNICODE_TEXT, memory)
    print("copied" if taken else "refused")
    user.CloseClipboard()
    return 0


def delete(file: str) -> int:
    """Delete a file, unless a program that has it open keeps it there."""
    print("deleted" if windll.kernel32.DeleteFileW(file) else "kept")
    return 0


def ctrl_break(file: str, *command: str) -> int:
    """Run a program and interrupt it once a file is there; return its exit code.

    C's runtime calls its handler in a thread of its own, as it does on Windows; Wine's hears of Ctrl+C alone.
    """
    kernel = windll.kernel32
    with subprocess.Popen(command) as running:
        while not Path(file).exists():
            time.sleep(0.05)
        handle = ctypes.c_void_p(int(getattr(running, "_handle", 0)))  # the right to start a thread there
        routine = ctypes.cast(ctypes.CDLL("ucrtbase")["raise"], ctypes.c_void_p)  # at the same place in each program
        kernel.CreateRemoteThread(handle, None, ctypes.c_size_t(0), routine, ctypes.c_void_p(SIGBREAK), 0, None)
        return running.wait(PATIENCE)


def main() -> int:
    """Do what the first word says."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # a text stream, under any Python
    what, *words = sys.argv[1:]
    known: dict[str, Callable[..., int]] = {
        "box": box, "hold": hold, "copy": copy, "delete": delete, "break": ctrl_break,
    }  # fmt: skip
    return known[what](*words)


if __name__ == "__main__":
    sys.exit(main())
