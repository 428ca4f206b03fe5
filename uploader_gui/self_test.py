"""`--self-test`: checks everything the program relies on, and prints a line for each check.

For people who help others, and for the tests of the bundle. It needs no display; what only a window needs is reported
as a note on a machine that cannot open one.
"""

from __future__ import annotations

import ssl
import sys
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from gettext import GNUTranslations
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui import PROGRAM
from uploader_gui.command_line import ExitCode, speak
from uploader_gui.credentials import SERVICE, PasswordStore, StoreSilent, answer_of
from uploader_gui.i18n import CATALOGUE, FRENCH, N_, _
from uploader_gui.paths import UnwritableError, data_paths, find_resource, prepare
from uploader_gui.platform.process import interrupt_check
from uploader_gui.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

QT_FORMATS: Final = frozenset({"png", "jpeg", "gif", "svg", "ico"})
RESOURCES: Final = ("icon.svg", "style.qss", "icons/drop.svg", "icons/gear.svg", "icons/failed.svg")
_BACKENDS: Final = {"win32": "keyring.backends.Windows", "darwin": "keyring.backends.macOS"}
_JPEG: Final = b"\xff\xd8\xff"
_PROBE: Final = "self-test"
_CA_FILES: Final = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
"""Where truststore looks when OpenSSL's own folders are empty."""


class CheckFailed(Exception):
    """Something the program relies on is missing; the text says what."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. Not `fine`: worth knowing, but no fault of the program."""

    text: str
    fine: bool = True


def run() -> int:
    """Make every check, print what each found, and return the exit code."""
    speak()
    write = Terminal().say
    write(f"{PROGRAM}, Python {sys.version.partition(' ')[0]}, {sys.platform}")
    passed = [_passes(what, check, write) for what, check in CHECKS]  # all of them, also after one has failed
    return ExitCode.ALL_SENT if all(passed) else ExitCode.NOT_ALL_SENT


def _passes(what: str, check: Callable[[], Finding], write: Callable[[str], None]) -> bool:
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is the result
        detail = str(error) if isinstance(error, CheckFailed | UnwritableError) else f"{type(error).__name__}: {error}"
        _write_line(write, N_("error"), what, detail)
        return False
    _write_line(write, N_("ok") if found.fine else N_("note"), what, found.text)
    return True


def _write_line(write: Callable[[str], None], result: str, what: str, detail: str) -> None:
    write(f"{_(result):<6} {_(what)}: {detail}")


def _data_folder() -> Finding:
    paths = data_paths()
    prepare(paths)
    return Finding(str(paths.folder))


def _keyring() -> Finding:
    """Try the keyring; wait as long as a person may need to type its password."""
    was_interrupted = interrupt_check()
    try:
        return answer_of(PasswordStore().submit(_try_keyring), interrupted=was_interrupted)
    except StoreSilent as error:
        if was_interrupted():
            raise KeyboardInterrupt from error
        raise CheckFailed(_("it does not answer; perhaps it waits for its password")) from error


def _try_keyring() -> Finding:
    """Write, read and delete a meaningless word, where there is a keyring."""
    import keyring  # noqa: PLC0415 - heavy

    import_module(_BACKENDS.get(sys.platform, "secretstorage"))  # it has to be there also where no keyring runs
    backend = keyring.get_keyring()
    if backend.priority <= 0:
        return Finding(_("none; tokens are kept in memory until the program closes"), fine=False)
    keyring.set_password(SERVICE, _PROBE, _PROBE)
    try:
        if keyring.get_password(SERVICE, _PROBE) != _PROBE:
            raise CheckFailed(_("what was just written cannot be read"))
    finally:
        keyring.delete_password(SERVICE, _PROBE)
    return Finding(str(getattr(backend, "name", type(backend).__name__)))


def _trust_store() -> Finding:
    from uploader_gui.engine.net.client import tls_context  # noqa: PLC0415 - heavy

    tls_context(None)
    if sys.platform in {"win32", "darwin"}:
        return Finding(_("the system’s own"))
    defaults = ssl.get_default_verify_paths()
    folder = Path(defaults.capath) if defaults.capath else None
    if folder is not None and next(folder.glob("*.0"), None):
        return Finding(str(folder))
    for file in (defaults.cafile, *_CA_FILES):
        if file and Path(file).is_file():
            return Finding(file)
    raise CheckFailed(_("none found; on Debian: apt install ca-certificates"))


def _journal() -> Finding:
    """Open a journal as the engine does."""
    import sqlite3  # noqa: PLC0415 - only here

    from uploader_gui.engine.journal.journal import Journal  # noqa: PLC0415 - heavy

    with tempfile.TemporaryDirectory() as folder, closing(Journal(Path(folder) / "journal.sqlite")):
        return Finding(sqlite3.sqlite_version)


def _qt_images() -> Finding:
    try:
        from PySide6.QtGui import QImageReader  # noqa: PLC0415 - a bare server lacks a library that Qt needs
    except ImportError as error:
        return Finding(_("not looked at, since no window can be opened here ({why})", why=str(error)), fine=False)
    formats = {bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()}
    if lacking := QT_FORMATS - formats:
        raise CheckFailed(_("lacking: {what}", what=", ".join(sorted(lacking))))
    return Finding(", ".join(sorted(QT_FORMATS)))


def _pictures() -> Finding:
    """Convert a HEIC in the decoder's process."""
    from uploader_gui.engine.pictures.decoder import PictureDecoder  # noqa: PLC0415 - as above

    photo = find_resource("samples/img-2041.heic").read_bytes()
    with closing(PictureDecoder()) as decoder:
        made = decoder.jpeg(photo, lambda: None)
        about = decoder.about()
    if not made.content.startswith(_JPEG):
        raise CheckFailed(_("lacking: {what}", what="JPEG"))
    versions = f"Pillow {about['Pillow']}, libheif {about['libheif']}"
    return (
        Finding(versions)
        if about["checks"]
        else Finding(_("{versions}; not all damage in HEIC photos is found here", versions=versions), fine=False)
    )


def _resources() -> Finding:
    for name in RESOURCES:
        find_resource(name)
    return Finding(str(find_resource("icons").parent))


def _translations() -> Finding:
    with find_resource(CATALOGUE).open("rb") as file:
        GNUTranslations(file)
    with suppress(ImportError):  # without Qt there is no window whose buttons would need words
        from PySide6.QtCore import QLibraryInfo, QTranslator  # noqa: PLC0415 - as above

        name = f"qtbase_{FRENCH}.qm"
        if not QTranslator().load(name, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            raise CheckFailed(_("lacking: {what}", what=name))
    return Finding("fr, en")


CHECKS: Final[tuple[tuple[str, Callable[[], Finding]], ...]] = (
    (N_("data folder"), _data_folder),
    (N_("keyring"), _keyring),
    (N_("trusted certificates"), _trust_store),
    (N_("journal (SQLite)"), _journal),
    (N_("images in the window"), _qt_images),
    (N_("converting pictures"), _pictures),
    (N_("icons and style"), _resources),
    (N_("translations"), _translations),
)
"""The checks, in the order of the lines."""
