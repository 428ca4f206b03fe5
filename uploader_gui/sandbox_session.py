"""A trial of the program (`--sandbox`, `--demo`): the sandbox service and a data folder, both removed afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from uploader_gui import logs
from uploader_gui.engine.system_words import system_words
from uploader_gui.i18n import _
from uploader_gui.paths import DataPaths, UnwritableError, find_resource
from uploader_gui.platform.process import RESET_ENVIRONMENT
from uploader_gui.sandbox import Sandbox

if TYPE_CHECKING:
    from uploader_gui.engine.receipt import Receipt


def copy_samples(folder: Path) -> list[Path]:
    """Copy the sample files into a folder, made if missing, as files of this moment; return their paths.

    `names.tsv` has for each its name among the resources (in ASCII, which every archive and installer keeps) and its
    name here, in the order in which the program is given them: 44 the service accepts and one it refuses.

    Raises:
        OSError: the folder cannot be written, or a sample is missing.
    """
    source = find_resource("samples")
    folder.mkdir(parents=True, exist_ok=True)
    names = [line.split("\t") for line in (source / "names.tsv").read_text("utf-8").splitlines()]
    for stored, name in names:
        shutil.copyfile(source / stored, folder / name)
    return [folder / name for _, name in names]


class SandboxSession:
    """A running sandbox and the temporary folder with its data, objects and sample files."""

    def __init__(self) -> None:
        """Make the folder.

        Raises:
            UnwritableError: no folder for temporary files (`TMPDIR`) can be written to.
        """
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="uploader-gui-sandbox-", ignore_cleanup_errors=True)
        except OSError as error:
            folder = os.environ.get("TMPDIR", tempfile.gettempprefix())
            raise UnwritableError(folder, _(system_words(error))) from error
        root = Path(self._folder.name)
        self.paths = DataPaths(root / "data")
        self._sandbox = Sandbox(root / "service")
        self._samples = root / "samples"

    def __enter__(self) -> Self:
        self._sandbox.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the sandbox and remove the folder."""
        self._sandbox.stop()
        logs.close_log_in(self.paths.folder)
        self._folder.cleanup()

    @property
    def api_url(self) -> str:
        """The sandbox's address, on loopback."""
        return self._sandbox.api_url

    @property
    def tokens(self) -> tuple[str, str]:
        """Bearer and session token the sandbox accepts."""
        return self._sandbox.bearer_token, self._sandbox.session_token

    @property
    def objects(self) -> Path:
        """The folder in which uploaded files stand, one folder per anomaly."""
        return self._sandbox.objects

    def samples(self) -> list[Path]:
        """Copy the sample files and return their paths."""
        return copy_samples(self._samples)

    def refused_samples(self, receipt: Receipt) -> int:
        """Count the samples that a receipt calls refused: one is of a refused type on purpose."""
        refused = (Path(file.path) for file in receipt.files if file.state == "refused")
        return sum(path.is_relative_to(self._samples) for path in refused)


def demo_command(*, bundled: bool) -> list[str]:
    """Return the command that opens the demonstration: the bundle's own program, or this Python."""
    return [sys.executable, "--demo"] if bundled else [sys.executable, "-m", "uploader_gui", "--demo"]


def open_demo() -> None:
    """Start the demonstration as a process of its own, which stays when this one ends."""
    command = demo_command(bundled=bool(getattr(sys, "frozen", False)))
    environment = os.environ | {RESET_ENVIRONMENT: "1"}
    subprocess.Popen(command, start_new_session=True, env=environment)  # noqa: S603 - our own program
