"""Looking at one file: what it is, and why it will not be sent."""

import os
import socket
from pathlib import Path

import pytest

from tests.engine.surroundings import as_nobody, public_folder
from tests.support.files import Files
from uploader_gui.engine.errors import (
    EmptyFile,
    NotAFile,
    SourceError,
    SourceMissing,
    SourceUnreadable,
    TooLarge,
    TypeNotAccepted,
)
from uploader_gui.engine.models import Source
from uploader_gui.engine.source import MAX_PUT_BYTES, describe_only, inspect


def refusal_of(path: Path) -> SourceError:
    with pytest.raises(SourceError) as refused:
        inspect(path, path)
    return refused.value


def test_a_file_is_described_as_it_is_now(files: Files) -> None:
    path = files.make("e\u0301te\u0301.jpg", size=1)
    os.utime(path, ns=(0, 1_700_000_000_123_456_789))
    assert inspect(path, path) == Source(
        path, path, "été.jpg", "image/jpeg", 1, 1_700_000_000_123_456_789, name_shortened=False
    )
    long = files.make("a" * 251 + ".txt")
    assert inspect(long, long).name_shortened


def test_what_is_not_there_or_no_evidence_is_refused_as_that(files: Files) -> None:
    (loop := files.folder / "loop.jpg").parent.mkdir(parents=True)
    loop.symlink_to(loop)
    for path, error in (
        *((files.make(name, content=b""), EmptyFile) for name in ("empty.jpg", "empty.xyz")),
        *((files.folder / name, SourceMissing) for name in ("gone.jpg", "gone/deeper.jpg")),
        (files.make("note.txt") / "inside.txt", SourceMissing),
        (loop, SourceUnreadable),
        (files.folder, NotAFile),
        (files.folder.__class__("/dev/zero"), NotAFile),
    ):
        assert type(refusal_of(path)) is error, path
    refusal = refusal_of(files.make("film.mp4", content=b"\0\0\0\x18ftypisom"))
    assert (type(refusal), refusal.detail) == (TypeNotAccepted, "MP4")


def test_a_link_is_called_by_its_own_name_and_read_where_it_leads(files: Files) -> None:
    target = files.make("IMG_0001.jpg")
    link = files.folder / "door.jpg"
    link.symlink_to(target)
    source = inspect(link, target)
    assert (source.name, source.path, source.resolved) == ("door.jpg", link, target)


@pytest.mark.timeout(10)
def test_a_pipe_is_refused_without_being_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    assert type(refusal_of(pipe)) is NotAFile  # opening it would wait for a writer for ever


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's address is at most 108 bytes long
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jpg")
        assert type(refusal_of(tmp_path / "socket.jpg")) is NotAFile


def test_a_file_we_have_no_right_to_is_unreadable_for_want_of_permission() -> None:
    with public_folder() as folder:
        path = folder / "private.jpg"
        path.write_bytes(b"\xff\xd8\xff")
        path.chmod(0)
        with as_nobody():
            refusal = refusal_of(path)
    assert (type(refusal), refusal.detail) == (SourceUnreadable, "there is no permission for it")


def test_a_file_in_a_folder_we_may_not_enter_is_unreadable() -> None:
    with public_folder() as folder:
        path = folder / "closed" / "a.jpg"
        path.parent.mkdir(mode=0o700)
        path.write_bytes(b"\xff\xd8\xff")
        path.parent.chmod(0)
        with as_nobody():
            assert type(refusal_of(path)) is SourceUnreadable
        path.parent.chmod(0o700)


def test_more_than_5_gib_is_refused_without_being_opened() -> None:
    with public_folder() as folder:
        path = folder / "film.zip"
        with path.open("wb") as file:
            file.truncate(MAX_PUT_BYTES + 1)
        path.chmod(0)
        with as_nobody():
            assert type(refusal_of(path)) is TooLarge


def test_exactly_5_gib_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "backup.log"
    with path.open("wb") as file:
        file.truncate(MAX_PUT_BYTES)
    assert inspect(path, path).size == 5 * 1024**3


def test_what_will_not_be_sent_is_still_described(files: Files, tmp_path: Path) -> None:
    film = files.make("film.mp4", size=300)
    described = describe_only(film, film)
    assert (described.name, described.size, described.media_type) == ("film.mp4", 300, None)
    assert describe_only(tmp_path, tmp_path).size == 0
    assert describe_only(tmp_path / "gone", tmp_path / "gone").mtime_ns == 0
    root = tmp_path.__class__("/")
    assert describe_only(root, root).name == "/"
