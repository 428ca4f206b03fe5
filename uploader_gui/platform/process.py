"""This process: the environment it starts in and hands on, the signals that ask it to leave, its garbage, and its end.

Python has to read file names as UTF-8, as Qt, desktops and shares do, whatever the locale's encoding: in a locale such
as fr_FR.ISO-8859-1 `étage.jpg` would otherwise be registered as `Ã©tage.jpg`, and a dropped file would not be found,
since its name comes from Qt. In the locales C and POSIX Python does so by itself (PEP 540); bundles are built to.

PyInstaller's starter puts the bundle's libraries into LD_LIBRARY_PATH, which browsers, file managers and printers'
tools started from here would load too. (PyInstaller's manual, "LD_LIBRARY_PATH / LIBPATH considerations" and
"Independent subprocess".)

Until a run handles signals itself they are only recorded: an exception in the middle of an import breaks more than it
ends (PySide aborts the process or swallows it, pydantic panics).

Python's garbage collector walks through all objects, in whichever thread allocated the last one: with 10,000 uploads
the window stopped for 100 ms at a time, and a third of a drop's time went into it. It also destroys what it finds in
that thread, and a Qt object destroyed outside the window's thread may crash the program. So with a window it runs only
in that thread.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

RESET_ENVIRONMENT: Final = "PYINSTALLER_RESET_ENVIRONMENT"
"""Makes PyInstaller treat another start of this program as a new one, not as its child."""
_LIBRARY_PATHS: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_UTF8_MODE: Final = "PYTHONUTF8"
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""SIGHUP comes when a terminal or an SSH session ends.
SIGBREAK is Ctrl+Break on Windows, the only one a script can send to a program it started there."""
SECOND_SIGNAL_SECONDS: Final = 0.5
"""How much later a signal is a second one: `timeout` and terminals send the first one twice."""
_THRESHOLDS: Final = (20_000, 50, 1_000)
"""See `gc.set_threshold`: new objects until the youngest generation is collected; the older ones hardly ever are."""
INTERRUPTS: Final = tuple(signal.Signals[name] for name in _SIGNALS if hasattr(signal, name))
"""The signals that this system has."""


def use_utf8_file_names() -> None:
    """Start this program once more in Python's UTF-8 mode where that is needed; the terminal keeps its encoding."""
    if sys.platform == "win32" or sys.getfilesystemencoding() == "utf-8" or os.environ.get(_UTF8_MODE) == "1":
        return
    terminal = {"PYTHONIOENCODING": sys.stdout.encoding} if sys.stdout else {}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], terminal | os.environ | {_UTF8_MODE: "1"})  # noqa: S606 - this very program


def restore_library_paths(environment: MutableMapping[str, str]) -> None:
    """Put back what PyInstaller's starter changed; libraries that are loaded stay loaded."""
    for name in _LIBRARY_PATHS:
        before = environment.pop(f"{name}_ORIG", None)
        environment.pop(name, None)
        if before:
            environment[name] = before
    environment[RESET_ENVIRONMENT] = "1"


class _Recorder:
    """A signal handler that records the first signal. The second one ends the program: its start must be stuck."""

    def __init__(self) -> None:
        self.received = False

    def __call__(self, *_: object) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = True


def signals_to_handle() -> list[signal.Signals]:
    """Return the signals that ask the program to leave, but those that its caller has it ignore, as `nohup` does."""
    return [number for number in INTERRUPTS if signal.getsignal(number) is not signal.SIG_IGN]


def hold_interrupts() -> None:
    """Only record signals from now on; one that the caller of the program had ignored stays ignored."""
    recorder = _Recorder()
    for number in signals_to_handle():
        signal.signal(number, recorder)


def ignore_interrupts() -> None:
    """Ignore signals from now on: everything is done, and Python takes a moment to end."""
    for number in INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)


def interrupt_check() -> Callable[[], bool]:
    """Return a function that returns whether a signal was recorded.

    A run takes it before it installs its own handlers and calls it afterwards, so that no signal falls in between.
    """
    recorders = [handler for handler in map(signal.getsignal, INTERRUPTS) if isinstance(handler, _Recorder)]
    return lambda: any(recorder.received for recorder in recorders)


def collect_automatically() -> None:
    """Let the garbage collector run in any thread whenever a threshold is reached; for a program without a window."""
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)


def collect_if_due() -> None:
    """Collect where a threshold is reached; for the window's thread, while the automatic collection is off."""
    youngest, older, _ = gc.get_count()
    if youngest > _THRESHOLDS[0]:
        gc.collect(1 if older > _THRESHOLDS[1] else 0)


def end_process(code: int) -> None:
    """End the process with this exit code; return only where what was printed cannot be written: Python reports that.

    Threads that are never joined may be inside Qt or a library in Rust. Python before 3.14 ends them there while it
    takes itself down, which aborts the process; and PySide deletes each of Qt's objects, also those that just emit.
    """
    _hand_clipboard_over()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


def _hand_clipboard_over() -> None:
    """Let Qt hand copied text to the desktop, which it does when the application is deleted: it would be gone."""
    gui = sys.modules.get("PySide6.QtGui")
    application = gui and gui.QGuiApplication.instance()
    if application is not None and application.clipboard().ownsClipboard():
        sys.modules["shiboken6"].delete(application)
