"""A journal that gets into trouble while it is open: opened again whole, or begun again with the old one kept."""

import contextlib
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.journals import API, filled
from tests.engine.test_journal_trouble import cut_in_half, garbage, head_only, opened_elsewhere
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


def test_a_journal_in_no_trouble_needs_no_mending(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        journal.add([an_upload()], API)
        journal.vacuum()
        assert not journal.reopen_if_needed()


def test_after_a_failed_write_it_works_again_with_everything_from_before(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        before, after = an_upload(), an_upload()
        journal.add([before], API)
        get_into_trouble(journal)
        assert journal.reopen_if_needed()
        assert journal.set_aside is None
        journal.add([after], API)
        assert {one.upload_id for one in journal.unfinished(API)} == {before.upload_id, after.upload_id}


def test_nothing_is_asked_of_a_journal_in_trouble_before_it_is_mended(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        upload = an_upload()
        journal.add([upload], API)
        get_into_trouble(journal)
        for ask in (
            lambda: journal.record([upload]),
            lambda: journal.unfinished(API),
            lambda: journal.uploaded(API, "4217"),
            lambda: list(journal.past_runs()),
            journal.vacuum,
        ):
            with pytest.raises(JournalUnwritable):
                ask()


@pytest.mark.parametrize("damage", [garbage, cut_in_half, head_only])
def test_a_journal_damaged_while_it_is_open_is_set_aside_and_a_new_one_begun(
    path: Path, damage: Callable[[Path], None]
) -> None:
    filled(path, MORE_THAN_SQLITE_KEEPS_IN_MEMORY)
    with contextlib.closing(Journal(path)) as journal:
        damage(path)
        with pytest.raises(JournalUnwritable):
            journal.unfinished(API)
        assert journal.reopen_if_needed()
        assert journal.set_aside is not None
        assert journal.set_aside.exists()
        journal.add([an_upload()], API)
        assert len(journal.unfinished(API)) == 1


def test_another_instance_that_used_it_meanwhile_is_not_overlooked(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        journal.add([an_upload()], API)
        get_into_trouble(journal)
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


def test_another_instance_at_work_on_it_is_not_overlooked(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        journal.add([an_upload()], API)
        get_into_trouble(journal)
        with at_work_elsewhere(path), pytest.raises(JournalInUse):
            journal.reopen_if_needed()


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


def test_what_is_added_twice_stays_in_its_run_and_its_place(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        first, second = an_upload(), an_upload()
        run = journal.begin_run(API, "uploader-gui")
        journal.add([first, second], API, run)
        first.state = UploadState.UPLOADED
        journal.add([first], API, journal.begin_run(API, "uploader-gui"))
        (past,) = [one for page in journal.past_runs() for one in page]
        assert (past.key.run_id, past.files) == (run, 2)
        assert [one.upload_id for one in journal.uploads_of(past.key)] == [first.upload_id, second.upload_id]


def test_sizes_whose_sum_is_beyond_64_bits_do_not_spoil_history(path: Path) -> None:
    with contextlib.closing(Journal(path)) as journal:
        run = journal.begin_run(API, "uploader-gui")
        uploads = [an_upload(source=a_source(size=2**63 - 1), state=UploadState.REFUSED) for _ in range(3)]
        journal.add(uploads, API, run)
        (past,) = [one for page in journal.past_runs() for one in page]
        assert past.files == 3
