"""Wine in a folder of its own. Every call has its prefix, a home inside the folder, and ends with the machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from wine.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PATIENCE: Final = 3600.0
"""Seconds for one program, far more than any takes: PyInstaller needs one minute, or fifteen on a busy machine."""
_REPLACED: Final = "mscms=n;mscoree,mshtml=d;winemenubuilder.exe=d"
"""The stand-in instead of Wine's own; no offer to download .NET and a browser; no menu entries in the person's home."""


def windows_path(path: Path) -> str:
    """Return how Windows programs spell a path of this machine: drive Z is its root."""
    return "Z:" + str(path.absolute()).replace("/", "\\")


def processes_with(variables: Sequence[str], word: bytes) -> list[Path]:
    """Return the folders in /proc of the processes with one of these in their environment, and the word as command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended, or is somebody else's
            environment = (process / "environ").read_bytes()
            if any(one.encode() in environment for one in variables) and word in (process / "cmdline").read_bytes():
                found.append(process)
    return found


def _is_wine(process: Path) -> bool:
    try:
        return (process / "exe").readlink().name.startswith("wine")
    except OSError:
        return False


def kill(processes: Iterable[Path]) -> None:
    """End processes by their folders in /proc."""
    for folder in processes:
        with suppress(ProcessLookupError):
            os.kill(int(folder.name), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Wine:
    """One Windows, from `with` to its end.

    `display` is an X screen. It has to be known from the start: a desktop begun without one never shows a window.
    """

    folder: Path
    display: str = ""

    def __enter__(self) -> Self:
        """Start it; its services begin without a hand on anybody's pipes."""
        self.stop()
        self.home.mkdir(parents=True, exist_ok=True)
        # Debian's Wine has its server's socket there if the folder exists, else in /tmp. Were it made in the middle (a
        # desktop's services do), programs would be in two Windows and find neither each other's windows nor pipes.
        with suppress(OSError):
            Path(f"/run/user/{os.getuid()}").mkdir(mode=0o700, parents=True, exist_ok=True)
        self._quietly("wineserver", "--persistent")
        self._quietly("wine", "wineboot", "--init")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def prefix(self) -> Path:
        """Where Wine keeps its drive C and its registry."""
        return self.folder / "prefix"

    @property
    def drive(self) -> Path:
        """Drive C."""
        return self.prefix / "drive_c"

    @property
    def home(self) -> Path:
        """What programs take for the person's home."""
        return self.folder / "home"

    @property
    def local_data(self) -> Path:
        """%LOCALAPPDATA%."""
        (person,) = (user for user in (self.drive / "users").iterdir() if user.name != "Public")
        return person / "AppData" / "Local"

    def windows_path(self, path: Path) -> str:
        """Return how Windows itself spells a path on drive C."""
        return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")

    @property
    def basics(self) -> dict[str, str]:
        """What every Windows program here needs in its environment, and nothing of the person's own."""
        return {
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": _REPLACED,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"],
        } | ({"DISPLAY": self.display} if self.display else {})

    @property
    def environment(self) -> dict[str, str]:
        """What the tools that build need besides."""
        return self.basics | {"PYTHONUTF8": "1", "PIP_NO_CACHE_DIR": "1"}

    def run(self, *command: str | Path, cwd: Path | None = None, tries: int = 1, **variables: str) -> None:
        """Run a Windows program, show what it says, and leave with a sentence where it fails that many times."""
        for _ in range(tries):
            print("+ wine", *command, flush=True)
            code = self._run(command, _show, cwd, **variables)
            if code == 0:
                return
        sys.exit(f"{command[0]} ended with exit code {code}")

    def output_of(self, *command: str | Path, **variables: str) -> str:
        """Return what a Windows program says."""
        said = BytesIO()
        self._run(command, said.write, None, **variables)
        return said.getvalue().decode("utf-8", "replace")

    def set(self, key: str, name: str, value: str, kind: str = "REG_SZ") -> None:
        """Write a value into the registry."""
        self._quietly("wine", "reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f")

    def processes(self, word: bytes = b"") -> list[Path]:
        """Return the folders in /proc of everything that runs in this prefix, with that word in its command."""
        return list(filter(_is_wine, processes_with([f"WINEPREFIX={self.prefix}\0"], word)))

    def stop(self) -> None:
        """End everything that runs in this prefix, and wait for that."""
        if self.prefix.exists():
            self._quietly("wineserver", "--kill")
            kill(self.processes())  # a server that Wine does not find any more, and what belongs to it
            self._quietly("wineserver", "--wait")

    def _run(
        self, command: tuple[str | Path, ...], heard: Callable[[bytes], object], cwd: Path | None, **variables: str
    ) -> int:
        output = Output(heard)
        words = [windows_path(word) if not isinstance(word, str) else word for word in command]
        try:
            return subprocess.run(
                ["wine", *words],
                env=self.environment | variables,
                cwd=cwd or self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output.writing,
                stderr=output.writing,
                timeout=PATIENCE,
                check=False,
            ).returncode
        finally:
            output.end()

    def _quietly(self, *command: str) -> None:
        """Without streams: what Wine starts along keeps those it is given for as long as it lives."""
        nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, env=self.environment, check=False, timeout=PATIENCE, **nothing)  # type: ignore[call-overload] # three streams


def _show(piece: bytes) -> None:
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
