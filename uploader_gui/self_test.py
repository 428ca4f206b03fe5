"""`--self-test`: checks everything the program relies on, and prints a line for each check.

For people who help others, and for the tests of the bundle. It needs no display; what only a window needs is reported
as a note on a machine that cannot open one.
"""

from __future__ import annotations

import ssl
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui import __version__
from uploader_gui.credentials import PasswordStore, StoreSilent
from uploader_gui.exit_codes import ExitCode
from uploader_gui.paths import UnwritableError, data_paths, find_resource, prepare
from uploader_gui.platform.interrupts import interrupt_check
from uploader_gui.terminal import Terminal
from uploader_gui.words.language import FRENCH, early_choice, speak_in_terminal
from uploader_gui.words.self_test import Words

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
    _language = speak_in_terminal(early_choice(data_paths().settings))  # kept until the last sentence
    write = Terminal().say
    write(f"uploader-gui {__version__}, Python {sys.version.partition(' ')[0]}, {sys.platform}")
    passed = [_passes(what, check, write) for what, check in CHECKS]  # all of them, also after one has failed
    return ExitCode.ALL_SENT if all(passed) else ExitCode.NOT_ALL_SENT


def _passes(what: Words, check: Callable[[], Finding], write: Callable[[str], None]) -> bool:
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is the result
        detail = str(error) if isinstance(error, CheckFailed | UnwritableError) else f"{type(error).__name__}: {error}"
        write(f"{Words.AMISS.text:<6} {what.text}: {detail}")
        return False
    write(f"{(Words.FINE if found.fine else Words.NOTE).text:<6} {what.text}: {found.text}")
    return True


def _data_folder() -> Finding:
    paths = data_paths()
    prepare(paths)
    return Finding(str(paths.folder))


def _keyring() -> Finding:
    """Try the keyring; wait as long as a person may need to type its password."""
    was_interrupted = interrupt_check()
    try:
        return PasswordStore().ask(_try_keyring, interrupted=was_interrupted)
    except StoreSilent as error:
        if was_interrupted():
            raise KeyboardInterrupt from error
        raise CheckFailed(Words.KEYRING_SILENT.text) from error


def _try_keyring() -> Finding:
    """Write, read and delete a meaningless word, where there is a keyring."""
    import keyring  # noqa: PLC0415 - heavy

    _load_own_backend()
    backend = keyring.get_keyring()
    if backend.priority <= 0:
        return Finding(Words.NO_KEYRING.text, fine=False)
    keyring.set_password("uploader-gui", _PROBE, _PROBE)
    try:
        if keyring.get_password("uploader-gui", _PROBE) != _PROBE:
            raise CheckFailed(Words.KEYRING_FORGETS.text)
    finally:
        keyring.delete_password("uploader-gui", _PROBE)
    return Finding(str(getattr(backend, "name", type(backend).__name__)))


def _load_own_backend() -> None:
    """Check that the module for this system's keyring is there, also where no keyring runs."""
    import_module(_BACKENDS.get(sys.platform, "secretstorage"))


def _trust_store() -> Finding:
    from uploader_gui.engine.net.client import tls_context  # noqa: PLC0415 - heavy

    tls_context(None)
    if sys.platform in {"win32", "darwin"}:
        return Finding(Words.OF_THE_SYSTEM.text)
    defaults = ssl.get_default_verify_paths()
    folder = Path(defaults.capath) if defaults.capath else None
    if folder is not None and next(folder.glob("*.0"), None):
        return Finding(str(folder))
    for file in (defaults.cafile, *_CA_FILES):
        if file and Path(file).is_file():
            return Finding(file)
    raise CheckFailed(Words.NO_AUTHORITIES.text)


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
        return Finding(Words.NO_WINDOW.filled(str(error)), fine=False)
    formats = {bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()}
    if lacking := QT_FORMATS - formats:
        raise CheckFailed(Words.LACKING.filled(", ".join(sorted(lacking))))
    return Finding(", ".join(sorted(QT_FORMATS)))


def _pictures() -> Finding:
    """Convert a HEIC in the decoder's process."""
    from uploader_gui.engine.pictures.decoder import PictureDecoder  # noqa: PLC0415 - as above

    photo = find_resource("samples/img-2041.heic").read_bytes()
    with closing(PictureDecoder()) as decoder:
        made = decoder.jpeg(photo, lambda: None)
        about = decoder.about()
    if not made.content.startswith(_JPEG):
        raise CheckFailed(Words.LACKING.filled("JPEG"))
    versions = f"Pillow {about['Pillow']}, libheif {about['libheif']}"
    return Finding(versions) if about["checks"] else Finding(Words.NO_CHECKS.filled(versions), fine=False)


def _resources() -> Finding:
    for name in RESOURCES:
        find_resource(name)
    return Finding(str(find_resource("icons").parent))


def _translations() -> Finding:
    ours = find_resource(f"translations/uploader_{FRENCH}.qm")
    try:
        from PySide6.QtCore import QLibraryInfo, QTranslator  # noqa: PLC0415 - as above
    except ImportError as error:
        return Finding(Words.NO_TRANSLATIONS.filled(str(error)), fine=False)
    qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / f"qtbase_{FRENCH}.qm"
    for file in (ours, qt):
        translator = QTranslator()
        if not translator.load(str(file)) or translator.isEmpty():
            raise CheckFailed(Words.LACKING.filled(file.name))
    return Finding("fr, en")


CHECKS: Final[tuple[tuple[Words, Callable[[], Finding]], ...]] = (
    (Words.DATA_FOLDER, _data_folder),
    (Words.KEYRING, _keyring),
    (Words.TRUST_STORE, _trust_store),
    (Words.JOURNAL, _journal),
    (Words.QT_IMAGES, _qt_images),
    (Words.PICTURES, _pictures),
    (Words.RESOURCES, _resources),
    (Words.TRANSLATIONS, _translations),
)
"""The checks, in the order of the lines."""
