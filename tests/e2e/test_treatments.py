"""Types the service refuses, without a window: `--convert`, `--zip`, and what receipt, service and disk hold then."""

import hashlib
import io
import os
import signal
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.program import Ended, Program
from tests.support import pictures
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.storage_records import StoredObject
from tests.support.strict_api import StrictApi

MTIME = 1_710_231_073
FILM = b"\0\0\0\x18ftypisom" + b"film" * 1000


def a_film(files: Files, name: str = "été.mp4", content: bytes = FILM) -> Path:
    path = files.make(name, content=content)
    os.utime(path, (MTIME, MTIME))
    return path


def leftovers(program: Program) -> list[str]:
    folder = program.data / "substitutes"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def stored(storage: ScriptedStorage, ended: Ended, name: str) -> StoredObject:
    """Give what arrived for a file, after a look whether receipt and storage agree."""
    row = ended.files[name]
    kept = storage.objects[f"42/{row['upload_id']}"]
    assert (row["state"], row["size"], row["sha256"]) == ("uploaded", kept.size, kept.sha256)
    assert kept.content_type == row["mime_type"]
    return kept


def interrupted(program: Program, storage: ScriptedStorage, path: Path) -> Ended:
    """Send a file inside a ZIP, and interrupt that while the storage keeps silent."""
    before = len(storage.puts)
    regular, storage.fault = storage.fault, lambda _key, _attempt, _request: StoreThenSilence()
    running = program.begin("--zip", path)
    storage.wait_for_puts(before + 1)
    running.send_signal(signal.SIGTERM)
    ended = running.ended()
    storage.fault = regular
    return ended


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def original(path: Path, name: str | None = None) -> dict[str, object]:
    return {"name": name or path.name, "size": path.stat().st_size, "sha256": sha256(path)}


def test_a_picture_is_converted_and_the_receipt_knows_both(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = pictures.heic(files.folder / "IMG_2041.HEIC")
    ended = program.send("--convert", path)
    assert (ended.code, ended.err) == (0, "")
    row, kept = ended.only, stored(scripted_storage, ended, "IMG_2041.HEIC")
    assert (row["path"], row["name"], row["mime_type"]) == (str(path), "IMG_2041.jpg", "image/jpeg")
    assert row["original"] == original(path)
    assert "IMG_2041.HEIC, as IMG_2041.jpg" in ended.out
    with Image.open(io.BytesIO(kept.data or b"")) as picture:
        assert (picture.format, picture.size) == ("JPEG", (64, 96))
        assert picture.getexif().get_ifd(pictures.EXIF_IFD)[pictures.TAKEN_AT] == pictures.TAKEN
    assert [upload.name for upload in strict_api.registered] == ["IMG_2041.jpg"]
    assert leftovers(program) == []


def test_any_other_file_goes_inside_a_zip(program: Program, scripted_storage: ScriptedStorage, files: Files) -> None:
    path = a_film(files)
    ended = program.send("--zip", path)
    assert (ended.code, ended.err) == (0, "")
    kept = stored(scripted_storage, ended, "été.mp4")
    assert (ended.only["name"], ended.only["mime_type"]) == ("été.mp4.zip", "application/zip")
    assert ended.only["original"] == original(path)
    with zipfile.ZipFile(io.BytesIO(kept.data or b"")) as made:
        assert (made.namelist(), made.read("été.mp4")) == (["été.mp4"], FILM)
    assert leftovers(program) == []


@pytest.mark.parametrize("order", [1, -1])
def test_pictures_whose_jpegs_would_share_a_name_get_names_that_do_not_depend_on_order(
    order: int, program: Program, strict_api: StrictApi, files: Files
) -> None:
    given = [pictures.tiff(files.folder / "a" / "DSC1.TIF"), pictures.webp(files.folder / "a" / "DSC1.webp")]
    given += [pictures.bmp(files.folder / "b" / "DSC1.bmp"), files.make("c/DSC1.jpg")]
    ended = program.send("--convert", *given[::order])
    assert ended.code == 0
    names = {name: row["name"] for name, row in ended.files.items()}
    assert names == {name: name if name == "DSC1.jpg" else f"{name}.jpg" for name in names}
    assert sorted(upload.name for upload in strict_api.registered) == sorted(names.values())


def test_without_the_options_they_are_refused(program: Program, strict_api: StrictApi, files: Files) -> None:
    ended = program.send(pictures.heic(files.folder / "a.heic"), a_film(files))
    assert (ended.code, ended.totals) == (1, {"files": 2, "refused": 2})
    assert {row["reason"]["code"] for row in ended.files.values()} == {"type_not_accepted"}
    assert not any("original" in row for row in ended.files.values())
    assert strict_api.registered == []


@pytest.mark.parametrize(
    ("options", "states"),
    [
        (["--convert"], {"a.heic": "a.jpg", "p.tif": "cannot_convert", "b.webp": "broken_picture", "c.pptx": "-"}),
        (["--zip"], {"a.heic": "a.heic.zip", "p.tif": "p.tif.zip", "b.webp": "b.webp.zip", "c.pptx": "c.pptx.zip"}),
        (
            ["--convert", "--zip"],
            {"a.heic": "a.jpg", "p.tif": "p.tif.zip", "b.webp": "broken_picture", "c.pptx": "c.pptx.zip"},
        ),
    ],
)
def test_each_option_does_what_it_says(
    options: list[str], states: dict[str, str], program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    pictures.heic(files.folder / "a.heic")
    pictures.two_pages(files.folder / "p.tif")
    files.make("b.webp", content=b"RIFF\x20\0\0\0WEBPVP8 and no picture at all")
    files.make("c.pptx", content=b"PK\x03\x04 slides")
    files.make("empty.mov", content=b"")
    files.make("fine.pdf")
    ended = program.send(*options, files.folder)
    assert ended.code == 1  # the empty file
    expected = states | {"empty.mov": "empty_file", "fine.pdf": "fine.pdf"}
    assert {name: told(row) for name, row in ended.files.items()} == {
        name: "type_not_accepted" if state == "-" else state for name, state in expected.items()
    }
    for name, row in ended.files.items():
        if row["state"] == "uploaded":
            stored(scripted_storage, ended, name)
    assert leftovers(program) == []


def told(row: dict[str, object]) -> object:
    reason = row["reason"]
    return reason["code"] if isinstance(reason, dict) else row["name"]


def test_the_original_is_known_when_it_comes_again(program: Program, strict_api: StrictApi, files: Files) -> None:
    pictures.heic(files.folder / "a.heic")
    a_film(files)
    program.send("--convert", "--zip", files.folder)
    for options in ([], ["--convert", "--zip"]):
        again = program.send(*options, files.folder)
        assert (again.code, again.totals) == (0, {"files": 2, "skipped": 2})
        assert {row["reason"]["code"] for row in again.files.values()} == {"already_uploaded"}
    assert len(strict_api.registered) == 2
    a_film(files, content=FILM[::-1].replace(FILM[::-1][:8], b"\0\0\0\x18ftyp", 1))
    assert program.send("--zip", files.folder).totals["uploaded"] == 1
    assert program.send("--again", "--zip", "--convert", files.folder).totals["uploaded"] == 2


def test_what_was_made_of_it_is_known_too(program: Program, scripted_storage: ScriptedStorage, files: Files) -> None:
    first = program.send("--convert", pictures.heic(files.folder / "a.heic"))
    made = files.make("a.jpg", content=stored(scripted_storage, first, "a.heic").data)
    assert program.send(made).only["reason"]["code"] == "already_uploaded"


def test_an_interrupted_run_keeps_what_it_made_and_goes_on_with_it(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = a_film(files)
    first = interrupted(program, scripted_storage, path)
    assert first.only["reason"]["code"] == "interrupted"
    assert first.only["original"] == original(path)
    (made,) = leftovers(program)
    path.unlink()
    second = program.send()
    assert (second.code, second.totals["uploaded"]) == (0, 1)
    assert second.only["upload_id"] == first.only["upload_id"]
    assert second.only["original"] == first.only["original"]
    stored(scripted_storage, second, "été.mp4")
    assert len(strict_api.registered) == 1
    assert made.endswith(".zip")
    assert leftovers(program) == []


@pytest.mark.parametrize("paths", [["été.mp4"], []])
def test_what_is_gone_is_made_anew(
    paths: list[str], program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    first = interrupted(program, scripted_storage, a_film(files))
    for name in leftovers(program):
        (program.data / "substitutes" / name).unlink()
    second = program.send(*(files.folder / name for name in paths))
    assert (second.code, second.only["sha256"]) == (0, sha256_of(scripted_storage, first))
    assert len(strict_api.registered) == 1  # the same bytes again: the link was still good
    assert leftovers(program) == []


def test_what_is_made_anew_with_another_size_gets_a_link_for_that(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    """As another version of what packs or converts would make it."""
    interrupted(program, scripted_storage, a_film(files))
    for name in leftovers(program):
        (program.data / "substitutes" / name).unlink()
    with closing(sqlite3.connect(program.data / "journal.sqlite")) as journal:
        journal.execute("UPDATE uploads SET substitute_size = substitute_size - 1")
        journal.commit()
    second = program.send()
    stored(scripted_storage, second, "été.mp4")
    assert second.only["may_be_registered_twice"]
    assert [call.upload_ids for call in strict_api.calls] == [[second.only["upload_id"]]] * 2


def sha256_of(storage: ScriptedStorage, ended: Ended) -> str:
    return storage.objects[f"42/{ended.only['upload_id']}"].sha256


def test_a_file_that_changed_between_two_runs_is_prepared_anew(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = a_film(files)
    first = interrupted(program, scripted_storage, path)
    path.write_bytes(FILM + b"more")
    second = program.send(path)
    assert second.code == 0
    assert second.only["upload_id"] == first.only["upload_id"]
    assert second.only["original"] == original(path)
    assert second.only["may_be_registered_twice"]
    with zipfile.ZipFile(io.BytesIO(stored(scripted_storage, second, "été.mp4").data or b"")) as made:
        assert made.read("été.mp4") == FILM + b"more"
    assert leftovers(program) == []
