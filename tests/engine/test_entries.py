"""What Windows and macOS have beside plain files and folders; the rules are the same wherever they are tested."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.engine.scanning import told
from tests.support.files import Files
from uploader_gui.engine.errors import NotAFile, SourceMissing, SourceUnreadable, Variant
from uploader_gui.engine.intake.scan import Refusal, findings_below
from uploader_gui.engine.source import source_error_from
from uploader_gui.engine.windows_paths import (
    extended,
    has_hidden_flag,
    is_in_icloud_only,
    is_mount_point,
    plain,
    reachable,
)

DEEP = "\\".join(["dossier"] * 40)


OPENED_AS_IT_IS = (
    *("C:\\photos\\a.jpg", "\\\\server\\share\\a.jpg", f"\\\\?\\C:\\{DEEP}", "C:\\console\\auxiliary.jpg"),
    *("\\\\.\\nul", "photos\\aux.jpg"),
)


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        *((path, path) for path in OPENED_AS_IT_IS),
        (f"C:\\{DEEP}\\a.jpg", f"\\\\?\\C:\\{DEEP}\\a.jpg"),
        (f"\\\\server\\share\\{DEEP}", f"\\\\?\\UNC\\server\\share\\{DEEP}"),
        ("C:\\photos\\aux.jpg", "\\\\?\\C:\\photos\\aux.jpg"),
        ("C:\\Com1\\a.jpg", "\\\\?\\C:\\Com1\\a.jpg"),
        ("C:\\photos\\trailing.", "\\\\?\\C:\\photos\\trailing."),
        ("C:\\photos \\a.jpg", "\\\\?\\C:\\photos \\a.jpg"),
    ],
)
def test_windows_opens_long_and_odd_names_only_by_their_extended_form(path: str, opened: str) -> None:
    assert extended(path) == opened


@pytest.mark.parametrize("path", ["C:\\aux.jpg", "\\\\server\\share\\aux.jpg"])
def test_the_extended_form_is_the_same_path(path: str) -> None:
    assert str(plain(Path(extended(path)))) == path


@pytest.mark.skipif("os.name == 'nt'")
def test_elsewhere_every_path_is_opened_as_it_is() -> None:
    assert reachable(Path("/evidence/aux.")) == Path("/evidence/aux.")


def test_junctions_hidden_files_and_what_icloud_put_away_are_recognised() -> None:
    tags = (SimpleNamespace(st_reparse_tag=0xA0000003), SimpleNamespace(st_reparse_tag=0x9000001A), SimpleNamespace())
    assert [is_mount_point(facts) for facts in tags] == [True, False, False]  # not a cloud's folder
    flags = (SimpleNamespace(st_file_attributes=0x22), SimpleNamespace(st_file_attributes=0x20), SimpleNamespace())
    assert [has_hidden_flag(facts) for facts in flags] == [True, False, False]
    names = (".photo.jpg.icloud", ".icloud", "notes.icloud", ".hidden")
    assert [is_in_icloud_only(name) for name in names] == [True, False, False, False]


def test_a_file_put_away_into_icloud_is_refused_and_never_left_out_in_silence(files: Files) -> None:
    files.make("folder/a.txt")
    files.make("folder/.photo.jpg.icloud")
    assert told(files.folder / "folder") == [".photo.jpg.icloud: SourceUnreadable", "a.txt"]


def test_a_name_longer_than_any_file_system_takes_is_missing(tmp_path: Path) -> None:
    (finding,) = findings_below(tmp_path / ("x" * 10_000))
    assert isinstance(finding, Refusal)
    assert (type(finding.error), finding.error.variant) == (SourceMissing, Variant.PATH_TOO_LONG)


class WindowsError(OSError):
    """An OSError as Python raises it on Windows, where it knows the system's own number too."""

    def __init__(self, errno: int, strerror: str, winerror: int) -> None:
        super().__init__(errno, strerror)
        self.winerror = winerror


@pytest.mark.parametrize(
    ("number", "winerror", "meaning"),
    [
        *((2, number, SourceMissing) for number in (2, 3)),  # file not found, path not found
        *((2, number, SourceUnreadable) for number in (53, 67)),  # a share is away, a network's name not found
        *((22, number, SourceUnreadable) for number in (64, 1231)),  # a network's name is gone, its place out of reach
        *((13, number, SourceUnreadable) for number in (5, 32, 33)),  # denied, in use by a program, a part of it is
        (22, 362, SourceUnreadable),  # the cloud's program does not run
    ],
)
def test_windows_errors_are_told_as_what_they_mean(number: int, winerror: int, meaning: type[Exception]) -> None:
    error = source_error_from(WindowsError(number, "words of the system", winerror))
    assert type(error) is meaning
    assert (error.variant is Variant.LOCKED) == (winerror in {32, 33})


@pytest.mark.parametrize(
    ("numbers", "meaning", "variant"),
    [
        ((errno.ENOENT, errno.ENOTDIR, errno.ESTALE), SourceMissing, None),
        ((errno.ENAMETOOLONG,), SourceMissing, Variant.PATH_TOO_LONG),
        ((errno.ELOOP,), SourceUnreadable, Variant.LINK_LOOP),
        ((errno.EISDIR,), NotAFile, None),
        ((errno.EBUSY, errno.ETXTBSY, errno.EAGAIN), SourceUnreadable, Variant.LOCKED),
        ((errno.EACCES, errno.EIO), SourceUnreadable, None),
    ],
)
def test_errors_of_a_system_are_told_as_what_they_mean(
    numbers: tuple[int, ...], meaning: type[Exception], variant: Variant | None
) -> None:
    for number in numbers:
        error = source_error_from(OSError(number, os.strerror(number)))
        assert (type(error), error.variant) == (meaning, variant), os.strerror(number)
