"""The folder in which the program keeps journal, log and settings, and the resources it brings."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from uploader_gui.engine.system_words import system_words
from uploader_gui.i18n import _

VARIABLE = "UPLOADER_DATA_DIR"


class UnwritableError(Exception):
    """The data folder cannot be written to; the text is a complete sentence."""

    def __init__(self, folder: object, why: str) -> None:
        super().__init__(_("cannot write to the data folder {folder}: {why}.", folder=str(folder), why=why))


def file_type(path: Path) -> int | None:
    """Return what stands at a path, links followed, as `stat` names it (`S_IFREG`, `S_IFIFO`); None for nothing.

    `Path.is_file` and the like return False for some of these errors, and which ones depends on Python's version.

    Raises:
        OSError: it cannot be found out (no permission, a name too long), or it is a link that leads nowhere.
    """
    try:
        return stat.S_IFMT(os.stat(path).st_mode)  # noqa: PTH116 - see above
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(path):  # noqa: PTH114 - as above
            raise FileNotFoundError(errno.ENOENT, _("it is a link, and what it leads to is not there")) from None
        return None
    except ValueError as error:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from error


def check_is_no_pipe(path: Path) -> None:
    """Check that opening a path does not wait for another program.

    Raises:
        OSError: it is a named pipe or a socket, or cannot be looked at.
    """
    if file_type(path) in {stat.S_IFIFO, stat.S_IFSOCK}:
        raise OSError(errno.EINVAL, _("it is a pipe or a socket, not a file"))


class DataPaths(NamedTuple):
    """The files of one data folder."""

    folder: Path

    @property
    def journal(self) -> Path:
        """The SQLite file that holds every upload."""
        return self.folder / "journal.sqlite"

    @property
    def log(self) -> Path:
        """The newest log file."""
        return self.folder / "uploader-gui.log"

    @property
    def window(self) -> Path:
        """The window's place on the screen, the last anomalies, and the files that wait for a number."""
        return self.folder / "window.ini"

    @property
    def captures(self) -> Path:
        """The folder of pasted pictures, until they are uploaded."""
        return self.folder / "captures"

    @property
    def fetched(self) -> Path:
        """The folder of files that other programs gave, until they are uploaded."""
        return self.folder / "fetched"

    @property
    def instance(self) -> Path:
        """The folder of the lock, and of the socket by which a second start hands over."""
        return self.folder / "instance"

    @property
    def settings(self) -> Path:
        """The settings a person changed in the window, as JSON."""
        return self.folder / "settings.json"


def data_paths() -> DataPaths:
    """Return the person's data folder: `UPLOADER_DATA_DIR`, else where the system keeps such data.

    Raises:
        UnwritableError: it is relative to a working folder that is gone, or to a home that nobody knows.
    """
    folder = os.environ.get(VARIABLE, "")
    try:
        return DataPaths(Path(folder or _usual_folder()).expanduser().absolute())
    except RuntimeError as error:  # no home, or that of a user whom nobody knows
        raise UnwritableError(folder or "~", _("there is no such file or folder")) from error
    except OSError as error:
        raise UnwritableError(folder, _(system_words(error))) from error


def _usual_folder() -> str:
    import platformdirs  # noqa: PLC0415 - not needed where a folder is named: faster

    return platformdirs.user_data_dir("uploader-gui", appauthor=False)


def home() -> Path:
    """Return the person's home, "~" where there is none, as in a container."""
    return Path(os.path.expanduser("~"))  # noqa: PTH111 - pathlib's own raises an error there


def prepare(paths: DataPaths) -> None:
    """Make the folder, for its owner only, and check that it can be written to.

    Raises:
        UnwritableError: it cannot be made or written to.
    """
    try:
        file_type(paths.folder)  # raises for a link that leads nowhere, which `mkdir` would call an existing file
        paths.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = paths.folder / f".{os.getpid()}.probe"
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT, 0o600))
        probe.unlink()
        _tighten(paths)
    except OSError as error:
        raise UnwritableError(paths.folder, _(system_words(error))) from error


def _tighten(paths: DataPaths) -> None:
    """Let nobody else use an existing folder and our files in it, which may have been made for more people.

    Not if another user owns it, everybody may write there, or it is the person's home: it holds more than our files.
    """
    found = paths.folder.stat()
    if os.name != "posix" or found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX or paths.folder == home():
        return
    ours = (paths.log, paths.settings, paths.window, *paths.folder.glob(f"{paths.journal.stem}*"))
    for path in (paths.folder, *ours):
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077 and not path.is_symlink():
                path.chmod(mode & ~0o077)


_PACKAGE: Final = Path(__file__).resolve().parent


def find_resource(name: str) -> Path:
    """Return the path of a resource, named relative to the resources folder (`icons/gear.svg`).

    Raises:
        FileNotFoundError: the program is incomplete.
    """
    for root in _roots():
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(name)


def _roots() -> list[Path]:
    """Return where resources may be: in a bundle (PyInstaller's `sys._MEIPASS`), in a wheel, in a checkout."""
    bundle = getattr(sys, "_MEIPASS", None)
    inside = [Path(bundle) / "uploader_gui" / "_resources"] if bundle else []
    return [*inside, _PACKAGE / "_resources", _PACKAGE.parent / "resources"]
