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
from uploader_gui.engine.errors import NotAFile, OutsideLink, SourceMissing, SourceUnreadable, TypeNotAccepted
from uploader_gui.engine.intake.scan import Chunk, Refusal, findings_below, scan
from uploader_gui.engine.media import is_junk
from uploader_gui.engine.models import Source
from uploader_gui.engine.tasks_and_threads import DaemonThreads

P = ParamSpec("P")
T = TypeVar("T")


def test_a_file_given_by_name_is_found_even_hidden(files: Files) -> None:
    assert told(files.make(".hidden.txt")) == ["."]


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini", "~$report.docx", "._photo.jpg"])
def test_what_systems_leave_behind_is_junk_wherever_it_is(files: Files, name: str) -> None:
    assert told(files.make(name)) == ["junk"]
    files.make(f"folder/{name}")
    files.make("folder/a.txt")
    assert sorted(told(files.folder / "folder")) == ["a.txt", "junk"]


@pytest.mark.parametrize("name", ["DS_Store", "thumbs.db.txt", "$report.docx", "_photo.jpg", "my ~$x.txt"])
def test_what_only_looks_like_junk_is_none(name: str) -> None:
    assert not is_junk(name)


def test_hidden_files_and_everything_in_hidden_folders_is_left_out(files: Files) -> None:
    for name in ("a.txt", ".hidden", ".git/config", ".git/objects/1", "sub/.cache/x.jpg"):
        files.make(f"folder/{name}")
    assert told(files.folder / "folder") == ["junk", "a.txt", "junk", "junk", "junk"]


def test_files_come_before_folders_both_by_name(files: Files) -> None:
    for name in ("b/2.txt", "b/1.txt", "a/z.txt", "a/deep/y.txt", "c.txt", "B.txt"):
        files.make(f"folder/{name}")
    assert told(files.folder / "folder") == ["B.txt", "c.txt", "a/z.txt", "a/deep/y.txt", "b/1.txt", "b/2.txt"]


def test_an_empty_folder_is_one_refusal(tmp_path: Path) -> None:
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    assert told(tmp_path / "empty") == [".: EmptyFolder"]


def test_a_folder_with_nothing_but_junk_is_empty_and_the_junk_counted(files: Files) -> None:
    files.make("folder/.DS_Store")
    files.make("folder/sub/~$x.docx")
    assert told(files.folder / "folder") == ["junk", "junk", ".: EmptyFolder"]


def test_a_folder_of_refused_files_is_not_empty(files: Files) -> None:
    files.make("folder/film.mp4", content=b"\0\0\0\x18ftypisom")
    (finding,) = findings_below(files.folder / "folder")
    assert isinstance(finding, Refusal)
    assert type(finding.error) is TypeNotAccepted


def test_a_folder_whose_name_looks_like_junk_is_walked(files: Files) -> None:
    files.make("~$folder/a.txt")
    files.make("._folder/a.txt")
    assert told(files.folder / "~$folder") == ["a.txt"]
    assert told(files.folder / "._folder") == ["a.txt"]


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


def test_a_missing_path_is_told_as_missing_rather_than_refused(tmp_path: Path) -> None:
    (finding,) = findings_below(tmp_path / "gone.jpg")
    assert isinstance(finding, Refusal)
    assert type(finding.error) is SourceMissing


def test_a_link_given_by_name_is_followed_to_a_file_and_to_a_folder(files: Files) -> None:
    target = files.make("elsewhere/a.txt")
    (files.folder / "file-link.txt").symlink_to(target)
    (files.folder / "folder-link").symlink_to(target.parent)
    (by_file,) = findings_below(files.folder / "file-link.txt")
    (by_folder,) = findings_below(files.folder / "folder-link")
    assert isinstance(by_file, Source)
    assert isinstance(by_folder, Source)
    assert by_file.resolved == by_folder.resolved == target
    assert by_folder.path == files.folder / "folder-link" / "a.txt"


def test_the_same_file_twice_by_a_link_has_the_same_resolved_path(files: Files) -> None:
    target = files.make("folder/a.txt")
    (files.folder / "folder" / "b.txt").symlink_to("a.txt")
    found = [finding for finding in findings_below(target.parent) if isinstance(finding, Source)]
    assert [source.name for source in found] == ["a.txt", "b.txt"]
    assert {source.resolved for source in found} == {target}


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("out.txt", "../outside.txt"),
        ("absolute.txt", "/etc/hostname"),
        ("up", ".."),
        ("self", "."),
        ("sub-link", "sub"),
        ("dangling.txt", "gone.txt"),
        ("loop.txt", "loop.txt"),
        ("sneaky.txt", "sub/../../outside.txt"),
    ],
)
def test_a_link_inside_a_folder_is_followed_only_to_a_file_within_it(files: Files, link: str, target: str) -> None:
    files.make("outside.txt")
    files.make("folder/sub/a.txt")
    (files.folder / "folder" / link).symlink_to(target)
    found = told(files.folder / "folder")
    assert sorted(found) == sorted([f"{link}: {OutsideLink.__name__}", "sub/a.txt"])


def test_a_link_to_a_folder_that_only_begins_with_the_same_name_leads_outside(files: Files) -> None:
    files.make("folder-2/secret.txt")
    files.make("folder/a.txt")
    (files.folder / "folder" / "b.txt").symlink_to("../folder-2/secret.txt")
    assert told(files.folder / "folder") == ["a.txt", f"b.txt: {OutsideLink.__name__}"]


@pytest.mark.parametrize("name", [".#report.txt", "~$report.txt", ".hidden"])
def test_a_link_that_is_hidden_or_junk_is_left_out_like_a_file(files: Files, name: str) -> None:
    files.make("folder/a.txt")
    (files.folder / "folder" / name).symlink_to("somebody@workstation.4711")
    assert sorted(told(files.folder / "folder")) == ["a.txt", "junk"]


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


def test_undecodable_names_are_found_and_named(files: Files) -> None:
    files.make("folder/a.txt")
    raw = os.fsencode(files.folder / "folder") + b"/caf\xe9.txt"
    Path(os.fsdecode(raw)).write_text("a line")
    names = {finding.name for finding in findings_below(files.folder / "folder") if isinstance(finding, Source)}
    assert names == {"a.txt", "caf?.txt"}


@pytest.mark.parametrize("name", ["nul\0byte.txt", "lone\ud800surrogate.txt"])
def test_a_name_no_system_can_hold_is_missing(tmp_path: Path, name: str) -> None:
    (finding,) = findings_below(tmp_path / name)
    assert isinstance(finding, Refusal)
    assert type(finding.error) is SourceMissing


async def test_paths_are_walked_in_the_order_given(files: Files, threads: DaemonThreads) -> None:
    paths = [files.make(f"{n}.txt") for n in (3, 1, 2)] + [files.make("folder/a.txt").parent]
    assert await gathered(paths, threads) == (["3.txt", "1.txt", "2.txt", "a.txt"], 0)


async def test_a_folder_is_walked_as_people_count(files: Files, threads: DaemonThreads) -> None:
    for name in ("IMG_10.txt", "img_9.txt", "IMG_2.txt", "rapport.txt"):
        files.make(f"folder/{name}")
    names, _ = await gathered([files.folder / "folder"], threads)
    assert names == ["IMG_2.txt", "img_9.txt", "IMG_10.txt", "rapport.txt"]


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
    (one,) = (finding for finding in findings_below(files.make("a.txt")) if isinstance(finding, Source))
    found: list[Source | Refusal] = [one]
    chunk = Chunk([*found * 4, Refusal(one, NotAFile())], ["junk"])
    assert list(chunk.parts(2)) == [Chunk(found * 2, ["junk"]), Chunk(found * 2), Chunk(chunk.found[4:])]
    assert list(Chunk().parts(2)) == [Chunk()]
