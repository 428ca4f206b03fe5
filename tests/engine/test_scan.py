"""What a person drops becomes sources, refusals and a count of junk."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from tests.engine.scanning import gathered, told
from tests.engine.surroundings import as_nobody, public_folder
from tests.support.files import Files
from uploader_gui.engine.errors import NotAFile, OutsideLink, SourceUnreadable
from uploader_gui.engine.intake.scan import Chunk, Refusal, findings_below, scan
from uploader_gui.engine.models import Source
from uploader_gui.engine.tasks_and_threads import DaemonThreads

P = ParamSpec("P")
T = TypeVar("T")


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini", "~$report.docx", "._photo.jpg"])
def test_what_systems_leave_behind_is_junk_wherever_it_is(files: Files, name: str) -> None:
    assert told(files.make(name)) == ["junk"]
    files.make(f"folder/{name}")
    assert told(files.folder / "folder") == ["junk", ".: EmptyFolder"]
    files.make("folder/a.txt")
    assert sorted(told(files.folder / "folder")) == ["a.txt", "junk"]


@pytest.mark.parametrize(
    "name", ["DS_Store", "thumbs.db.txt", "$report.docx", "_photo.jpg", "my ~$x.txt", ".hidden.txt", "caf\udce9.txt"]
)
def test_what_only_looks_like_junk_is_none_and_what_is_given_by_name_is_found_even_hidden(
    files: Files, name: str
) -> None:
    assert told(files.make(name, content=b"\xff\xd8\xff")) == ["."]


def test_hidden_files_and_everything_in_hidden_folders_is_left_out(files: Files) -> None:
    for name in ("a.txt", ".hidden", ".git/config", ".git/objects/1", "sub/.cache/x.jpg"):
        files.make(f"folder/{name}")
    assert told(files.folder / "folder") == ["junk", "a.txt", "junk", "junk", "junk"]


def test_files_come_before_folders_both_by_name(files: Files) -> None:
    in_order = ["B.txt", "c.txt", "c\udce9.txt", "a/z.txt", "a/deep/y.txt", "b/1.txt", "b/2.txt"]
    for name in reversed(in_order):
        files.make(f"folder/{name}")
    assert told(files.folder / "folder") == in_order


@pytest.mark.skipif("os.name == 'nt'")
def test_a_folder_without_evidence_is_one_refusal(tmp_path: Path, files: Files) -> None:
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    assert told(tmp_path / "empty") == [".: EmptyFolder"]
    files.make("junk/.DS_Store")
    files.make("junk/sub/~$x.docx")
    files.make("junk/Icon\r")  # a folder's picture on macOS
    assert told(files.folder / "junk") == ["junk", "junk", "junk", ".: EmptyFolder"]
    files.make("refused/film.mp4", content=b"\0\0\0\x18ftypisom")
    assert told(files.folder / "refused") == ["film.mp4: TypeNotAccepted"]


@pytest.mark.parametrize("name", ["gone.jpg", "nul\0byte.txt", "lone\ud800surrogate.txt"])
def test_what_is_not_there_or_cannot_be_is_missing(tmp_path: Path, name: str) -> None:
    assert told(tmp_path / name) == [".: SourceMissing"]


def test_a_folder_whose_name_looks_like_junk_is_walked(files: Files) -> None:
    for name in ("~$folder", "._folder"):
        assert told(files.make(f"{name}/a.txt").parent) == ["a.txt"]


@pytest.mark.timeout(10)
def test_a_pipe_inside_a_folder_is_refused_and_never_opened(files: Files) -> None:
    files.make("folder/a.txt")
    os.mkfifo(files.folder / "folder" / "pipe")
    assert told(files.folder / "folder") == ["a.txt", f"pipe: {NotAFile.__name__}"]


def test_a_folder_we_may_not_enter_is_one_refusal_and_the_rest_is_found() -> None:
    with public_folder() as folder:
        for name in ("closed", "open"):
            (folder / name).mkdir()
            (folder / name / "a.txt").write_text("a line")
        (folder / "closed").chmod(0)
        with as_nobody():
            assert told(folder) == [f"closed: {SourceUnreadable.__name__}", "open/a.txt"]


def sources_below(path: Path) -> list[Source]:
    return [finding for finding in findings_below(path) if isinstance(finding, Source)]


def test_a_link_given_by_name_is_followed_to_a_file_and_to_a_folder(files: Files) -> None:
    target = files.make("elsewhere/a.txt")
    (files.folder / "file-link.txt").symlink_to(target)
    (files.folder / "folder-link").symlink_to(target.parent)
    by_file, by_folder = (sources_below(files.folder / link)[0] for link in ("file-link.txt", "folder-link"))
    assert by_file.resolved == by_folder.resolved == target
    assert by_folder.path == files.folder / "folder-link" / "a.txt"


def test_the_same_file_twice_by_a_link_has_the_same_resolved_path(files: Files) -> None:
    target = files.make("folder/a.txt")
    (files.folder / "folder" / "b.txt").symlink_to("a.txt")
    assert [(found.name, found.resolved) for found in sources_below(target.parent)] == [
        ("a.txt", target),
        ("b.txt", target),
    ]


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("out.txt", "../outside.txt"), ("absolute.txt", "/etc/hostname"), ("up", ".."), ("self", "."),
        ("sub-link", "sub"), ("dangling.txt", "gone.txt"), ("loop.txt", "loop.txt"),
        ("sneaky.txt", "sub/../../outside.txt"), ("same-beginning.txt", "../folder-2/secret.txt"),
    ],
)  # fmt: skip
def test_a_link_inside_a_folder_is_followed_only_to_a_file_within_it(files: Files, link: str, target: str) -> None:
    for name in ("outside.txt", "folder/sub/a.txt", "folder-2/secret.txt"):
        files.make(name)
    (files.folder / "folder" / link).symlink_to(target)
    found = told(files.folder / "folder")
    assert sorted(found) == sorted([f"{link}: {OutsideLink.__name__}", "sub/a.txt"])


def test_a_link_that_is_hidden_or_junk_is_left_out_like_a_file(files: Files) -> None:
    files.make("folder/a.txt")
    for name in (".#report.txt", "~$report.txt", ".hidden"):
        (files.folder / "folder" / name).symlink_to("somebody@workstation.4711")
    assert sorted(told(files.folder / "folder")) == ["a.txt", "junk", "junk", "junk"]


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is removed by a program which, unlike Python's, takes any depth."""
    folder = tmp_path / "deep"
    folder.mkdir()
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def test_a_very_deep_folder_is_walked_to_its_bottom(deep: Path) -> None:
    inner = os.open(deep, os.O_RDONLY)
    for _ in range(700):
        os.mkdir("d", dir_fd=inner)
        inner, outer = os.open("d", os.O_RDONLY, dir_fd=inner), inner
        os.close(outer)
    os.close(os.open("a.txt", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
    os.close(inner)
    (finding,) = findings_below(deep)
    assert isinstance(finding, Refusal)
    assert finding.source.name == "a.txt"


async def test_paths_are_walked_in_the_order_given_and_a_folder_as_people_count(
    files: Files, threads: DaemonThreads
) -> None:
    counted = ["IMG_2.txt", "img_9.txt", "IMG_10.txt", "rapport.txt"]
    for name in sorted(counted):
        files.make(f"folder/{name}")
    paths = [*(files.make(f"{n}.txt") for n in (3, 1, 2)), files.folder / "folder"]
    assert await gathered(paths, threads) == (["3.txt", "1.txt", "2.txt", *counted], 0)


async def test_relative_paths_become_absolute_without_following_links(
    files: Files, threads: DaemonThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = files.make("a.txt")
    (files.folder / "b.txt").symlink_to("a.txt")
    monkeypatch.chdir(files.folder)
    (chunk,) = [chunk async for chunk in scan([Path("b.txt")], threads)]
    (found,) = chunk.found
    assert isinstance(found, Source)
    assert (found.path, found.resolved) == (files.folder / "b.txt", target)


class DoneAtOnce(DaemonThreads):
    """What Python 3.14 makes of threads that are quicker than who asks: a future that is done from the start."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        done.set_result(fn(*args, **kwargs))
        return done  # type: ignore[return-value] # taken as it is by asyncio, which would wrap the other kind


async def test_what_is_found_before_anybody_waits_is_found_all_the_same(files: Files) -> None:
    paths = [files.make("a.txt"), files.make("b.txt")]
    assert await gathered(paths, DoneAtOnce()) == (["a.txt", "b.txt"], 0)


async def test_a_large_folder_comes_whole_in_several_chunks(files: Files, threads: DaemonThreads) -> None:
    for n in range(600):
        files.make(f"folder/{n:04d}.txt", content=b"x")
        files.make(f"folder/~${n}", content=b"x")
    names, junk = await gathered([files.folder / "folder"], threads)
    assert names == [f"{n:04d}.txt" for n in range(600)]
    assert junk == 600


def test_a_chunk_is_parted_in_order_and_its_junk_told_once(files: Files) -> None:
    (one,) = sources_below(files.make("a.txt"))
    found: list[Source | Refusal] = [one]
    chunk = Chunk([*found * 4, Refusal(one, NotAFile())], ["junk"])
    assert list(chunk.parts(2)) == [Chunk(found * 2, ["junk"]), Chunk(found * 2), Chunk(chunk.found[4:])]
    assert list(Chunk().parts(2)) == [Chunk()]
