"""What is done with files of refused types, asked or not; and the folder of what is sent in their place."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.values import a_source, an_upload
from uploader_gui.engine.errors import Code, NotPrepared
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import Reason, Treatment, UploadState
from uploader_gui.engine.options import Choices, has_namesake, offered_treatments, possible_treatments, substitute_name
from uploader_gui.engine.own_files import OwnFiles, TempFiles
from uploader_gui.engine.source import describe_only

CONVERT, ZIP = Treatment.CONVERT, Treatment.ZIP


def refused(kind: str) -> Reason:
    return Reason(Code.TYPE_NOT_ACCEPTED, detail=kind)


@pytest.mark.parametrize(
    ("name", "reason", "expected"),
    [
        *((name, refused("HEIC"), (CONVERT, ZIP)) for name in ("a.heic", "a.jpg")),
        *((name, refused("TIFF"), (CONVERT, ZIP)) for name in ("a.tif", "a.pdf")),
        *((name, refused(kind), (ZIP,)) for name, kind in (("a.dng", "TIFF"), ("a.mp4", "MP4"), ("noname", ""))),
        *(("a.heic", Reason(code), (ZIP,)) for code in (Code.CANNOT_CONVERT, Code.BROKEN_PICTURE)),
        ("a.heic", Reason(Code.EMPTY_FILE), ()),
        ("a.mp4", Reason(Code.TOO_LARGE), ()),
        ("a.heic", None, ()),
    ],
)
def test_what_can_be_done_depends_on_what_it_is_and_why_it_was_refused(
    name: str, reason: Reason | None, expected: tuple[Treatment, ...]
) -> None:
    assert possible_treatments(reason, a_source(name)) == expected


@pytest.mark.parametrize(
    ("choices", "picture", "pages", "film"),
    [
        (Choices(), None, None, None),
        (Choices.from_flags(convert=True, zipped=False), CONVERT, None, None),
        (Choices.from_flags(convert=False, zipped=True), ZIP, ZIP, ZIP),
        (Choices.from_flags(convert=True, zipped=True), CONVERT, ZIP, ZIP),
        (Choices(pictures=ZIP), ZIP, None, None),
    ],
)
def test_a_choice_covers_what_it_names(
    choices: Choices, picture: Treatment | None, pages: Treatment | None, film: Treatment | None
) -> None:
    assert choices.treatment_for(refused("HEIC"), a_source("a.heic")) is picture
    assert choices.treatment_for(Reason(Code.CANNOT_CONVERT), a_source("a.tif")) is pages
    assert choices.treatment_for(refused("MP4"), a_source("a.mp4")) is film
    assert choices.treatment_for(Reason(Code.EMPTY_FILE), a_source("a.mp4")) is None


@pytest.mark.parametrize("state", UploadState)
def test_a_row_offers_it_only_where_nothing_was_sent_and_nothing_is_under_way(state: UploadState) -> None:
    upload = an_upload(source=a_source("a.heic"), state=state, reason=refused("HEIC"))
    expected = state in {UploadState.REFUSED, UploadState.FAILED, UploadState.CANCELLED}
    assert bool(offered_treatments(upload.snapshot())) == expected


@pytest.mark.parametrize(
    ("name", "treatment", "expected", "shared"),
    [
        ("IMG_2041.HEIC", CONVERT, "IMG_2041.jpg", "IMG_2041.HEIC.jpg"),
        ("plan.v2.tiff", CONVERT, "plan.v2.jpg", "plan.v2.tiff.jpg"),
        ("scan.tif. ", CONVERT, "scan.jpg", "scan.tif.jpg"),
        ("scan.tif .\u200b", CONVERT, "scan.jpg", "scan.tif.jpg"),
        ("noname", CONVERT, "noname.jpg", "noname.jpg"),
        ("film.mp4", ZIP, "film.mp4.zip", "film.mp4.zip"),
        ("noname", ZIP, "noname.zip", "noname.zip"),
    ],
)
def test_the_substitute_is_called_after_the_file_and_by_its_whole_name_where_that_would_be_shared(
    name: str, treatment: Treatment, expected: str, shared: str
) -> None:
    assert substitute_name(a_source(name), treatment) == expected
    assert substitute_name(a_source(name), treatment, shared=True) == shared


@pytest.mark.skipif(sys.platform == "darwin", reason="its disks do not tell these names apart")
@pytest.mark.parametrize(("name", "other"), [("D\u00e9faut.heic", "De\u0301faut.webp"), ("IMG_1.heic", "img_1.TIF")])
def test_names_that_people_cannot_tell_apart_are_shared(name: str, other: str, tmp_path: Path) -> None:
    for one in (name, other):
        (tmp_path / one).write_bytes(b"x")
    assert all(has_namesake(describe_only(tmp_path / one, tmp_path / one)) for one in (name, other))


@pytest.fixture
def own_files(tmp_path: Path) -> Iterator[OwnFiles]:
    with closing(Journal(tmp_path / "data" / "journal.sqlite")) as journal:
        yield OwnFiles(journal, tmp_path / "data")


@pytest.fixture
def substitutes(own_files: OwnFiles, tmp_path: Path) -> TempFiles:
    return TempFiles(tmp_path / "data", own_files)


def test_a_substitute_is_for_its_owner_only_and_one_that_cannot_be_removed_now_is_removed_later(
    substitutes: TempFiles, tmp_path: Path
) -> None:
    """As on Windows, where what is being read stays. Here its folder is a link for a while."""
    held, other = substitutes.place(".zip"), substitutes.place(".jpg")
    substitutes.create(held)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (held, held.parent)] == [0o600, 0o700]
    assert (held.suffix, other.suffix) == (".zip", ".jpg")
    held.parent.rename(tmp_path / "elsewhere")
    held.parent.symlink_to(tmp_path / "elsewhere")
    substitutes.discard(held)
    assert held.exists()
    held.parent.unlink()
    (tmp_path / "elsewhere").rename(held.parent)
    substitutes.discard(other)
    assert not held.exists()


def test_what_was_made_again_is_removed_again_and_another_file_as_large_in_its_place_stays(
    own_files: OwnFiles, substitutes: TempFiles
) -> None:
    path = substitutes.place(".zip")
    for removed in (True, True, False):
        own_files.note(path)
        substitutes.create(path)
        own_files.note_made(path)
        if removed:
            assert own_files.remove(path)
            assert not path.exists()
    os.utime(path, ns=(7, 7))
    substitutes.discard(path)
    assert path.exists()


def test_a_folder_that_cannot_be_made_is_told(own_files: OwnFiles, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotPrepared):
        TempFiles(tmp_path / "file", own_files).create(tmp_path / "file" / "substitutes" / "a.zip")
