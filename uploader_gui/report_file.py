"""The receipt's file as `--report` names it: checked before anything is sent, and written at the end."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.command_line import write_stderr, wrong
from uploader_gui.engine import receipt
from uploader_gui.engine.intake.scan import is_receipt
from uploader_gui.engine.system_words import system_words
from uploader_gui.i18n import N_, _
from uploader_gui.paths import file_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.engine.receipt import Receipt

_REPLACES: Final = N_("the receipt would replace another file: {path}.")


def usable_path(text: str, evidence: Sequence[str], *, trial: bool) -> Path:
    """Return the receipt's path, or raise `UsageError` where it cannot be written or would replace another file."""
    if not text:
        raise wrong(N_("--report needs the name of a file."))
    path = Path(os.path.abspath(text))  # noqa: PTH100 - sentences name the link as it was given
    _check_replaces_nothing(path, evidence, trial=trial)
    kind = _kind_of_report(path)
    if kind == stat.S_IFDIR:
        raise wrong(N_("the receipt cannot be written: {path} is a folder."), path=str(path))
    if kind == stat.S_IFIFO and path.parts[1:2] != ("dev",):  # /dev/stdout is open already; others may have no reader
        raise wrong(N_("the receipt cannot be written: {path} is a pipe."), path=str(path))
    if kind in {stat.S_IFCHR, stat.S_IFIFO}:
        return path  # it is written into
    if text.endswith((os.sep, "/")):
        raise wrong(N_("the receipt cannot be written: {path} names a folder."), path=text)
    _check_writable(Path(os.path.realpath(path)).parent)
    return path


def _kind_of_report(path: Path) -> int | None:
    try:
        return file_type(path)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None  # what a link leads to is made
        raise wrong(
            N_("the receipt cannot be written to {path} ({why})."), path=str(path), why=_(system_words(error))
        ) from error


def _check_replaces_nothing(path: Path, given: Sequence[str], *, trial: bool) -> None:
    """Raise `UsageError` where the receipt would replace a file to be sent, or any other than an older receipt."""
    real, sent = Path(os.path.realpath(path)), [Path(os.path.realpath(one)) for one in given]
    if real not in sent and not _is_another_file(real, trial=trial):
        return
    if any(real.is_relative_to(one) for one in sent):
        raise wrong(N_("the receipt would replace a file that is to be sent: {path}."), path=str(path))
    raise wrong(_REPLACES, path=str(path))


def _is_another_file(path: Path, *, trial: bool) -> bool:
    """Return whether a file is there that must stay: any but an older receipt; in a trial also that of a deposit."""
    try:
        return path.is_file() and path.stat().st_size > 0 and not is_receipt(path, trials_only=trial)
    except OSError:
        return True  # it may be evidence that cannot be read at the moment


def _is_own_output(path: Path) -> bool:
    """Return whether this run's output goes into that file, as with `--report /dev/stdout > FILE`."""
    try:
        return any(os.path.samestat(path.stat(), os.fstat(number)) for number in (1, 2))
    except OSError:
        return False


def _check_writable(folder: Path) -> None:
    """Raise `UsageError` unless a file can be made there: only trying shows what Windows' rights and shares allow."""
    try:
        with tempfile.NamedTemporaryFile(prefix=".receipt-", dir=folder):
            return
    except OSError as error:
        raise wrong(
            N_("the receipt cannot be written: {folder} is no folder that can be written to ({why})."),
            folder=str(folder),
            why=_(system_words(error)),
        ) from error


def write_report(made: Receipt, path: Path) -> bool:
    """Write the receipt; return False where it cannot be written, and say on stderr why.

    Another file may have come there while files were sent.
    """
    real = Path(os.path.realpath(path))
    if _is_another_file(real, trial=made.trial) and not _is_own_output(real):
        write_stderr(_(_REPLACES, path=str(path)))
        return False
    try:
        receipt.write(made, path)
    except OSError as error:
        write_stderr(_("the receipt cannot be written: {why}.", why=_(system_words(error))))
        return False
    return True
