"""The Windows program, installed under Wine, as another way to start what the smoke tests look at."""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from smoke.program import Built
from smoke.screen import PATIENCE
from tests.support import locales
from wine.machine import Wine, kill, windows_path
from wine.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNATTENDED: Final = "/S"
REMOVAL: Final = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\uploader-gui"
"""What Windows' settings know of the program: the last thing the uninstaller takes away."""
OPEN_WITH: Final = r"HKCU\Software\Classes\Applications\uploader-gui.exe"
_INSIDE: Final = Path(__file__).with_name("windows_side.py")


class Windows:
    """A running Windows with the installer in it."""

    def __init__(self, wine: Wine, setup: Path) -> None:
        self.wine = wine
        self.setup = setup
        settings = (setup.parent.parent / "build" / "environment" / "pyvenv.cfg").read_text("utf-8")
        (home,) = re.findall(r"^home = (.+)$", settings, re.MULTILINE)
        self.python = f"{home}\\python.exe"

    @property
    def folder(self) -> Path:
        """Where the program is installed."""
        return self.wine.local_data / "Programs" / "uploader-gui"

    @property
    def start_menu(self) -> Path:
        """The person's programs in the Start menu."""
        return self.wine.local_data.parent / "Roaming" / "Microsoft" / "Windows" / "Start Menu" / "Programs"

    @property
    def send_to(self) -> Path:
        """What "Send to" offers."""
        return self.wine.local_data.parent / "Roaming" / "Microsoft" / "Windows" / "SendTo"

    def install(self, setup: Path | None = None) -> int:
        """Run the installer unattended and return its exit code."""
        return self.execute(setup or self.setup, UNATTENDED)

    def have_installed(self) -> None:
        """Install the program, unless it is there."""
        if not (self.folder / "uninstall.exe").exists():
            assert self.install() == 0

    def remove(self) -> int:
        """Run the uninstaller unattended, wait for the copy of itself that it goes on in, and return its exit code."""
        code = self.execute(self.folder / "uninstall.exe", UNATTENDED)
        self.wait_until(lambda: not self.folder.exists())
        self.wait_until(lambda: "uploader-gui" not in self.registered(REMOVAL))
        return code

    def remove_in_place(self) -> int:
        """Run the uninstaller itself instead of its copy, which is to be heard, and return its exit code."""
        where = f"_?={self.wine.windows_path(self.folder)}"
        return self.execute(self.folder / "uninstall.exe", UNATTENDED, where)

    def clean(self) -> None:
        """Have nothing installed. A program that still runs, of a test that failed, would keep its folder."""
        program = b"\\Programs\\uploader-gui\\"
        kill(self.wine.processes(program))
        self.wait_until(lambda: not self.wine.processes(program))
        if (self.folder / "uninstall.exe").exists():
            assert self.remove() == 0

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Ask again and again."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "it did not come to that"
            time.sleep(0.05)

    def execute(self, program: Path, *arguments: str, **variables: str) -> int:
        """Run a Windows program to its end, without streams, and return its exit code."""
        nothing = subprocess.DEVNULL
        return subprocess.run(
            ["wine", windows_path(program), *arguments],
            env=self.wine.basics | variables,
            cwd=self.wine.folder,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            timeout=PATIENCE,
            check=False,
        ).returncode

    def helper(self, *words: str) -> list[str]:
        """Return the command that does something inside Windows (`windows_side.py`)."""
        return ["wine", self.python, windows_path(_INSIDE), *words]

    def inside(self, *words: str, **variables: str) -> str:
        """Do something inside Windows and return what is said there."""
        return self.wine.output_of(*self.helper(*words)[1:], **variables)

    @contextmanager
    def held(self, file: Path) -> Iterator[None]:
        """Have a file open in another program that shares it with nobody."""
        told: SimpleQueue[bytes] = SimpleQueue()
        output = Output(told.put)
        streams = {"stdin": subprocess.DEVNULL, "stdout": output.writing, "stderr": output.writing}
        command = self.helper("hold", windows_path(file))
        with subprocess.Popen(command, env=self.wine.basics, **streams) as holder:  # type: ignore[call-overload] # three streams
            while b"held" not in told.get(timeout=PATIENCE):
                pass
            yield
            holder.kill()
        output.end()

    @contextmanager
    def share(self, server: str, name: str, folder: Path) -> Iterator[str]:
        """Have a folder reached by the name of a share; its name is yielded."""
        link = self.wine.prefix / "dosdevices" / "unc" / server / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder)
        try:
            yield f"\\\\{server}\\{name}"
        finally:
            link.unlink()

    @contextmanager
    def variable(self, name: str, value: str) -> Iterator[None]:
        """Have a variable in the person's environment, as Windows' settings put it there (Wine hands on no QT_*)."""
        self.wine.set(r"HKCU\Environment", name, value)
        try:
            yield
        finally:
            self.wine.output_of("reg", "delete", r"HKCU\Environment", "/v", name, "/f")

    @property
    def in_french(self) -> dict[str, str]:
        """The variables by which Wine takes the person for a French one."""
        return locales.built("fr_FR.UTF-8") | {"LANG": "fr_FR.UTF-8"}

    def be(self, version: str) -> None:
        """Be an older Windows, or the present one again (winecfg's names)."""
        self.wine.output_of("winecfg", "-v", version)

    def registered(self, key: str) -> str:
        """Return what the registry says of a key; the files on the disk are written late."""
        return self.wine.output_of("reg", "query", key, "/s")


class UnderWine(Built):
    """The installed program and its console twin; each test has a data folder of its own."""

    name = "windows"
    encoding = "cp1252"
    may_lack = frozenset()

    def __init__(self, windows: Windows, folder: Path, **variables: str) -> None:
        super().__init__(["wine", windows_path(windows.folder / "uploader-gui.exe")], folder, **variables)
        self.console = ["wine", windows_path(windows.folder / "uploader-gui-cli.exe")]
        self._windows = windows
        self._outputs: dict[int, Output] = {}
        self.environment = windows.wine.basics | {"UPLOADER_DATA_DIR": windows_path(self.home / "data"), **variables}

    @property
    def journal(self) -> Path:
        """In the folder it is told."""
        return self.home / "data" / "journal.sqlite"

    def spelled(self, path: Path) -> str:
        """Return how Windows spells a path of this machine."""
        return windows_path(path)

    def start_without_streams(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Open the window, or a shortcut to it, as Explorer does; the process is one that waits for it."""
        return self._begin(["wine", "start", "/wait", *self.command[1:], *map(self._word, arguments)], None)

    def finish(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the end of a process, and for all it said."""
        code = super().finish(process)
        if output := self._outputs.pop(process.pid, None):
            output.end()
        return code

    def _begin(self, command: list[str], cwd: Path | None) -> subprocess.Popen[bytes]:
        output = Output(self._note)
        started = self._keep(command, cwd, stdin=subprocess.DEVNULL, stdout=output.writing, stderr=output.writing)
        self._outputs[started.pid] = output
        return started

    def _note(self, piece: bytes) -> None:
        with self._said.open("ab") as said:
            said.write(piece)
