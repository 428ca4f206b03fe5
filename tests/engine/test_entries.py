"""What Windows and macOS have beside plain files and folders; the rules are the same wherever they are tested."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.files import Files
from uploader_gui.engine.errors import EmptyFolder, NotAFile, SourceMissing, SourceUnreadable, Variant
from uploader_gui.engine.intake.scan import Junk, Refusal, findings_below
from uploader_gui.engine.models import Source
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


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("C:\\photos\\a.jpg", "C:\\photos\\a.jpg"),
        ("\\\\server\\share\\a.jpg", "\\\\server\\share\\a.jpg"),
        (f"C:\\{DEEP}\\a.jpg", f"\\\\?\\C:\\{DEEP}\\a.jpg"),
        (f"\\\\server\\share\\{DEEP}", f"\\\\?\\UNC\\server\\share\\{DEEP}"),
        (f"\\\\?\\C:\\{DEEP}", f"\\\\?\\C:\\{DEEP}"),
        ("C:\\photos\\aux.jpg", "\\\\?\\C:\\photos\\aux.jpg"),
        ("C:\\Com1\\a.jpg", "\\\\?\\C:\\Com1\\a.jpg"),
        ("C:\\photos\\trailing.", "\\\\?\\C:\\photos\\trailing."),
        ("C:\\photos \\a.jpg", "\\\\?\\C:\\photos \\a.jpg"),
        ("C:\\console\\auxiliary.jpg", "C:\\console\\auxiliary.jpg"),
        ("\\\\.\\nul", "\\\\.\\nul"),
        ("photos\\aux.jpg", "photos\\aux.jpg"),
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


def test_a_junction_is_told_from_a_folder_and_from_a_clouds_folder() -> None:
    assert is_mount_point(SimpleNamespace(st_reparse_tag=0xA0000003))
    assert not is_mount_point(SimpleNamespace(st_reparse_tag=0x9000001A))
    assert not is_mount_point(SimpleNamespace())


def test_windows_hidden_flag_is_seen() -> None:
    assert has_hidden_flag(SimpleNamespace(st_file_attributes=0x22))
    assert not has_hidden_flag(SimpleNamespace(st_file_attributes=0x20))
    assert not has_hidden_flag(SimpleNamespace())


@pytest.mark.parametrize(
    ("name", "put_away"), [(".photo.jpg.icloud", True), (".icloud", False), ("notes.icloud", False), (".hidden", False)]
)
def test_what_icloud_put_away_is_recognised(name: str, *, put_away: bool) -> None:
    assert is_in_icloud_only(name) is put_away


def test_a_file_put_away_into_icloud_is_refused_and_never_left_out_in_silence(files: Files) -> None:
    files.make("folder/a.txt")
    files.make("folder/.photo.jpg.icloud")
    findings = list(findings_below(files.folder / "folder"))
    assert [type(finding) for finding in findings] == [Refusal, Source]
    assert isinstance(findings[0], Refusal)
    assert type(findings[0].error) is SourceUnreadable


@pytest.mark.skipif("os.name == 'nt'")
def test_a_folders_picture_on_macos_is_junk(files: Files) -> None:
    files.make("folder/Icon\r")
    junk, refusal = findings_below(files.folder / "folder")
    assert isinstance(junk, Junk)
    assert isinstance(refusal, Refusal)
    assert type(refusal.error) is EmptyFolder


def test_a_name_longer_than_any_file_system_takes_is_missing(tmp_path: Path) -> None:
    (finding,) = findings_below(tmp_path / ("x" * 10_000))
    assert isinstance(finding, Refusal)
    assert type(finding.error) is SourceMissing
    assert finding.error.variant is Variant.PATH_TOO_LONG


class WindowsError(OSError):
    """An OSError as Python raises it on Windows, where it knows the system's own number too."""

    def __init__(self, errno: int, strerror: str, winerror: int) -> None:
        super().__init__(errno, strerror)
        self.winerror = winerror


@pytest.mark.parametrize(
    ("number", "winerror", "meaning"),
    [
        (2, 2, SourceMissing),  # file not found
        (2, 3, SourceMissing),  # path not found
        (2, 53, SourceUnreadable),  # network path not found: the share is away
        (2, 67, SourceUnreadable),  # network name not found
        (22, 64, SourceUnreadable),  # the network name is no longer available
        (22, 1231, SourceUnreadable),  # the network location cannot be reached
        (13, 5, SourceUnreadable),  # access denied
        (13, 32, SourceUnreadable),  # in use by another program
        (13, 33, SourceUnreadable),  # a part of it is
        (22, 362, SourceUnreadable),  # the cloud's program does not run
    ],
)
def test_windows_errors_are_told_as_what_they_mean(number: int, winerror: int, meaning: type[Exception]) -> None:
    error = source_error_from(WindowsError(number, "words of the system", winerror))
    assert type(error) is meaning
    assert (error.variant is Variant.LOCKED) == (winerror in {32, 33})


@pytest.mark.parametrize(
    ("number", "meaning", "variant"),
    [
        (errno.ENOENT, SourceMissing, None),
        (errno.ENOTDIR, SourceMissing, None),
        (errno.ESTALE, SourceMissing, None),
        (errno.ENAMETOOLONG, SourceMissing, Variant.PATH_TOO_LONG),
        (errno.ELOOP, SourceUnreadable, Variant.LINK_LOOP),
        (errno.EISDIR, NotAFile, None),
        (errno.EBUSY, SourceUnreadable, Variant.LOCKED),
        (errno.ETXTBSY, SourceUnreadable, Variant.LOCKED),
        (errno.EAGAIN, SourceUnreadable, Variant.LOCKED),
        (errno.EACCES, SourceUnreadable, None),
        (errno.EIO, SourceUnreadable, None),
    ],
)
def test_errors_of_a_system_are_told_as_what_they_mean(
    number: int, meaning: type[Exception], variant: Variant | None
) -> None:
    error = source_error_from(OSError(number, os.strerror(number)))
    assert (type(error), error.variant) == (meaning, variant)
