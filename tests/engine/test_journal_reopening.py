"""A journal that gets into trouble while it is open: opened again whole, or begun again with the old one kept."""

import contextlib
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from tests.engine.journals import API, filled
from tests.engine.test_journal_trouble import DAMAGES, opened_elsewhere
from tests.engine.values import a_source, an_upload
from uploader_gui.engine.errors import JournalInUse, JournalUnwritable
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import UploadState

MORE_THAN_SQLITE_KEEPS_IN_MEMORY = 8000
OPEN_AND_WAIT = """
import sys
from pathlib import Path
from uploader_gui.engine.journal.journal import Journal
journal = Journal(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


@contextlib.contextmanager
def no_room() -> Iterator[None]:
    """Let every write of this process fail (EFBIG, which SQLite takes for a broken disk)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def get_into_trouble(journal: Journal) -> None:
    """Let a write fail, and the journal not be opened again either: nobody holds its lock then."""
    with no_room():
        with pytest.raises(JournalUnwritable):
            journal.add([an_upload()], API)
        with pytest.raises(JournalUnwritable):
            journal.reopen_if_needed()


def test_after_a_failed_write_it_is_asked_nothing_before_it_is_mended_and_works_again_with_all_from_before(
    path: Path,
) -> None:
    with contextlib.closing(Journal(path)) as journal:
        before, after = an_upload(), an_upload()
        journal.add([before], API)
        assert not journal.reopen_if_needed()
        get_into_trouble(journal)
        for ask in (
            lambda: journal.record([before]),
            lambda: journal.unfinished(API),
            lambda: journal.uploaded(API, "4217"),
            lambda: list(journal.past_runs()),
            journal.vacuum,
        ):
            with pytest.raises(JournalUnwritable):
                ask()
        assert journal.reopen_if_needed()
        assert journal.set_aside is None
        journal.add([after], API)
        assert {one.upload_id for one in journal.unfinished(API)} == {before.upload_id, after.upload_id}


@pytest.mark.parametrize("damage", ["garbage", "cut in half", "its head alone"])
def test_a_journal_damaged_while_it_is_open_is_set_aside_and_a_new_one_begun(path: Path, damage: str) -> None:
    filled(path, MORE_THAN_SQLITE_KEEPS_IN_MEMORY)
    with contextlib.closing(Journal(path)) as journal:
        DAMAGES[damage](path)
        with pytest.raises(JournalUnwritable):
            journal.unfinished(API)
        assert journal.reopen_if_needed()
        assert journal.set_aside is not None
        assert journal.set_aside.exists()
        journal.add([an_upload()], API)
        assert len(journal.unfinished(API)) == 1


@pytest.mark.parametrize("is_still_at_work", [True, False])
def test_another_instance_that_uses_it_meanwhile_is_not_overlooked(path: Path, *, is_still_at_work: bool) -> None:
    with contextlib.closing(Journal(path)) as journal, contextlib.ExitStack() as elsewhere:
        journal.add([an_upload()], API)
        get_into_trouble(journal)
        if is_still_at_work:
            elsewhere.enter_context(at_work_elsewhere(path))
        else:
            assert opened_elsewhere(path) == 0
        with pytest.raises(JournalInUse):
            journal.reopen_if_needed()


@contextlib.contextmanager
def at_work_elsewhere(path: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_WAIT, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        yield


def test_what_was_deleted_goes_back_to_its_place(path: Path) -> None:
    ids = filled(path)
    with contextlib.closing(Journal(path)) as journal:
        path.unlink()
        assert journal.reopen_if_needed()
        assert journal.set_aside is None
        assert {one.upload_id for one in journal.unfinished(API)} == set(ids)
        assert opened_elsewhere(path) == 7
    assert path.stat().st_mode & 0o777 == 0o600
    assert [part.name for part in path.parent.iterdir()] == [path.name]


def test_a_file_in_the_place_of_its_folder_keeps_it_waiting_until_it_can_go_back(path: Path, tmp_path: Path) -> None:
    ids = filled(path)
    with contextlib.closing(Journal(path)) as journal:
        path.parent.rename(tmp_path / "elsewhere")
        path.parent.write_text("no folder")
        with pytest.raises(JournalUnwritable):
            journal.reopen_if_needed()
        path.parent.unlink()
        assert journal.reopen_if_needed()
        assert {one.upload_id for one in journal.unfinished(API)} == set(ids)
        assert opened_elsewhere(path) == 7


def test_what_was_put_in_its_place_is_set_aside(path: Path, tmp_path: Path) -> None:
    ids = filled(path)
    other = tmp_path / "other.sqlite3"
    filled(other, 3)
    with contextlib.closing(Journal(path)) as journal:
        other.replace(path)
        assert journal.reopen_if_needed()
        assert journal.set_aside is not None
        assert {one.upload_id for one in journal.unfinished(API)} == set(ids)
        set_aside = journal.set_aside
    with contextlib.closing(Journal(set_aside)) as journal:
        assert len(journal.unfinished(API)) == 3


def test_a_file_system_that_changes_the_numbers_of_files_is_believed_five_times(path: Path, tmp_path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        needed = []
        for _ in range(6):
            shutil.copyfile(path, tmp_path / "same").replace(path)
            needed.append(journal.reopen_if_needed())
        journal.add([an_upload()], API)
        assert needed == [True] * 5 + [False]


def test_a_journal_another_instance_begun_after_it_was_deleted_stays_that_instance_s(path: Path) -> None:
    ids = filled(path)
    with contextlib.closing(Journal(path)) as journal:
        path.unlink()
        path.with_name(f"{path.name}-wal").unlink()
        with at_work_elsewhere(path):
            with pytest.raises(JournalInUse):
                journal.reopen_if_needed()
            assert opened_elsewhere(path) == 7
        (kept,) = path.parent.glob("*.damaged-*.sqlite3")
    with contextlib.closing(Journal(kept)) as journal:
        assert {one.upload_id for one in journal.unfinished(API)} == set(ids)


def test_what_is_added_twice_stays_in_its_run_and_its_place_and_no_sum_of_sizes_spoils_history(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        huge = a_source(size=2**63 - 1)
        first, second, third = (an_upload(source=huge, state=UploadState.REFUSED) for _ in range(3))
        run = journal.begin_run(API, "uploader-gui")
        journal.add([first, second, third], API, run)
        first.state = UploadState.UPLOADED
        journal.add([first], API, journal.begin_run(API, "uploader-gui"))
        (past,) = chain.from_iterable(journal.past_runs())
        assert (past.key.run_id, past.files) == (run, 3)
        ids = [one.upload_id for one in journal.uploads_of(past.key)]
        assert ids == [first.upload_id, second.upload_id, third.upload_id]
