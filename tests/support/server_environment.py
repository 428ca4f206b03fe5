"""A virtual environment of its own for each server the tests run against, made on first use and kept.

Their pins stay out of ours. Called by `s3_servers`; what goes wrong here fails the tests, it never skips them.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

CACHE = Path(__file__).parents[2] / ".cache" / "servers"
INSTALL_PATIENCE = 600.0
FIRST_USE = pytest.mark.timeout(INSTALL_PATIENCE + 120)
"""For tests that may be the first to need a server, on a machine where installing it takes its time."""


class InstallFailedError(Exception):
    """The server's packages could not be installed; the message holds what the installer said."""


@dataclass(frozen=True, slots=True)
class ServerEnvironment:
    """Requirements and where they are to live: `.cache/servers/<name>`."""

    name: str
    requirements: tuple[str, ...]
    environment: Mapping[str, str]
    cache: Path = CACHE

    @property
    def folder(self) -> Path:
        return self.cache / f"{self.name}-py{sys.version_info[0]}{sys.version_info[1]}"

    def program(self, name: str) -> Path:
        """Return a program of it, installing first where it is not there yet; raise `InstallFailedError`."""
        if not self._is_whole():
            with self._alone():
                if not self._is_whole():
                    self._install()
        return _program_in(self.folder, name)

    def _is_whole(self) -> bool:
        """A moved or updated system Python leaves a dangling link: then it is made again."""
        return _program_in(self.folder, "python").exists()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other test runs out. SQLite's lock works on every platform and dies with its process."""
        self.cache.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.cache / "lock.sqlite", timeout=INSTALL_PATIENCE)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            yield
            lock.rollback()

    def _install(self) -> None:
        """Make it under a temporary name and rename it: a broken install is never taken for a whole one."""
        shutil.rmtree(self.folder, ignore_errors=True)
        growing = Path(mkdtemp(prefix=f".{self.folder.name}-", dir=self.cache))
        try:
            self._fill(growing)
            growing.rename(self.folder)
        finally:
            shutil.rmtree(growing, ignore_errors=True)

    def _fill(self, folder: Path) -> None:
        if uv := self._uv():
            self._run(uv, "venv", "--quiet", "--python", sys.executable, "--allow-existing", str(folder))
            python = str(_program_in(folder, "python"))
            self._run(uv, "pip", "install", "--quiet", "--python", python, *self.requirements)
        else:
            self._run(sys.executable, "-m", "venv", str(folder))
            python = str(_program_in(folder, "python"))
            self._run(python, "-m", "pip", "install", "--quiet", *self.requirements)

    def _uv(self) -> str | None:
        """Find uv: told by `uv run`, else beside our Python, else on PATH, else None."""
        beside = _program(Path(sys.executable).parent, "uv")
        told = self.environment.get("UV")
        if told and Path(told).exists():
            return told
        return str(beside) if beside.exists() else shutil.which("uv", path=self.environment.get("PATH"))

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command,
            env=without_our_python(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_PATIENCE,
            check=False,
        )
        if done.returncode:
            told = f"{done.stdout}{done.stderr}".strip()
            raise InstallFailedError(f"{self.name}: {' '.join(command)}: exit {done.returncode}\n{told}")


def without_our_python(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what would lead another Python to our packages, or its bytecode elsewhere."""
    ours = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "PYTHONWARNINGS"}
    ours |= {"PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in environment.items() if name not in ours}


def _program_in(environment: Path, name: str) -> Path:
    return _program(environment / ("Scripts" if os.name == "nt" else "bin"), name)


def _program(folder: Path, name: str) -> Path:
    return folder / (f"{name}.exe" if os.name == "nt" else name)
