"""A file inside a ZIP: the same bytes, name and time, readable by everybody."""

import hashlib
import os
import random
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from uploader_gui.engine import conversion
from uploader_gui.engine.errors import NotPrepared, SourceChanged, SourceMissing
from uploader_gui.engine.own_files import Abandoned, Heartbeat
from uploader_gui.engine.source import describe_only

NAME = "vidéo – désenfumage n°1.mp4"
MTIME = 1_710_231_073
MIB = 1024 * 1024


def zipped(path: Path) -> Path:
    target = path.with_name("made.zip")
    sha256 = conversion.into_zip(describe_only(path, path), target, Heartbeat())
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    return target


def a_file(folder: Path, content: bytes, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (MTIME, MTIME))
    return path


def test_the_file_inside_is_the_file_under_its_own_name_with_its_time_and_always_the_same(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3 * MIB + 17)
    path = a_file(tmp_path, content)
    first = zipped(path).read_bytes()
    with zipfile.ZipFile(zipped(path)) as made:
        assert made.namelist() == [NAME]
        assert made.read(NAME) == content
        assert made.testzip() is None
        (entry,) = made.infolist()
    assert struct.unpack("<2sHBi", entry.extra) == (b"UT", 5, 1, MTIME)
    assert entry.date_time[:3] == (2024, 3, 12)
    assert zipped(path).read_bytes() == first


@pytest.mark.skipif(shutil.which("unzip") is None, reason="another program's opinion, where there is one")
def test_another_program_gets_the_same_file_with_the_same_time(tmp_path: Path) -> None:
    made = zipped(a_file(tmp_path, b"the film", "film.mp4"))
    subprocess.run(["unzip", "-q", made, "-d", tmp_path / "out"], check=True)
    assert (tmp_path / "out" / "film.mp4").read_bytes() == b"the film"
    assert (tmp_path / "out" / "film.mp4").stat().st_mtime == MTIME


@pytest.mark.parametrize(
    ("mtime", "nearest"),
    [(0, (1980, 1, 1, 0, 0, 0)), (86_400, (1980, 1, 1, 0, 0, 0)), (2**33, (2107, 12, 31, 23, 59, 58))],
)
def test_a_time_the_format_cannot_hold_becomes_the_nearest_that_it_can(
    mtime: int, nearest: tuple[int, ...], tmp_path: Path
) -> None:
    path = a_file(tmp_path, b"x")
    os.utime(path, (mtime, mtime))
    with zipfile.ZipFile(zipped(path)) as made:
        assert made.read(NAME) == b"x"
        assert [entry.date_time for entry in made.infolist()] == [nearest]


def test_what_shrinks_is_made_smaller_and_what_does_not_is_stored(tmp_path: Path) -> None:
    text = zipped(a_file(tmp_path, b"line after line\n" * MIB, "a.log2"))
    assert text.stat().st_size < MIB
    film = zipped(a_file(tmp_path, random.Random(2).randbytes(MIB)))
    with zipfile.ZipFile(film) as made:
        assert made.infolist()[0].compress_type == zipfile.ZIP_STORED


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("..\\..\\start\\film.mp4", "._._start_film.mp4"),
        ("C:film.mp4", "C_film.mp4"),
        ("film\r\n.mp4", "film__.mp4"),
        ("film\u2028\u0085.mp4", "film__.mp4"),
        ("a...mp4", "a.mp4"),
        ("... ", "_"),
        (" film.mp4 ", "film.mp4"),
        ("film.mp4...", "film.mp4"),
        ('what?"<film>|*.mp4', "what___film___.mp4"),
        ("NUL.mp4", "_NUL.mp4"),
        ("com1", "_com1"),
        (os.fsdecode(b"\xff\xfe.bin"), "__.bin"),
    ],
)
def test_the_name_inside_leads_nowhere_on_any_system(name: str, inner: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(zipped(a_file(tmp_path, b"x", name))) as made:
        assert made.namelist() == [inner]


def test_more_than_four_gibibytes_fit(tmp_path: Path) -> None:
    """A file with a hole in it: it takes no room, and is read as zeros."""
    path = a_file(tmp_path, random.Random(3).randbytes(MIB))
    os.truncate(path, 20 * MIB)
    entry = conversion._entry(describe_only(path, path), b"x")
    assert entry.file_size == 20 * MIB  # what zipfile decides by whether ZIP64 is needed


def test_a_file_that_changed_meanwhile_is_not_packed_and_giving_up_ends_it_at_the_next_block(tmp_path: Path) -> None:
    path, made, stopped = a_file(tmp_path, b"x" * 3 * MIB), tmp_path / "made.zip", Heartbeat(stopped=True)
    source = describe_only(path, path)
    with pytest.raises(Abandoned):
        conversion.into_zip(source, made, stopped)
    assert stopped.beats == 1
    os.utime(path, (MTIME, MTIME + 1))
    with pytest.raises(SourceChanged):
        conversion.into_zip(source, made, Heartbeat())
    path.unlink()
    with pytest.raises(SourceMissing):
        conversion.into_zip(source, made, Heartbeat())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a disk without room, where the system has one")  # noqa: PTH110 - a device
def test_a_full_disk_is_no_fault_of_the_file(tmp_path: Path) -> None:
    path = a_file(tmp_path, random.Random(4).randbytes(MIB))
    full = tmp_path / "made.zip"
    full.symlink_to("/dev/full")
    with pytest.raises(NotPrepared):
        conversion.into_zip(describe_only(path, path), full, Heartbeat())
