"""A journal that is in use, newer, damaged or not writable: a clear error or a fresh start, never a crash."""

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.journals import API, filled
from tests.engine.values import an_upload
from uploader_gui.engine.errors import JournalInUse, JournalTooNew
from uploader_gui.engine.journal.database_file import PAGE_BYTES
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.journal.schema import SCHEMA_VERSION

OPEN_ELSEWHERE = """
import sys
from pathlib import Path
from uploader_gui.engine.errors import JournalInUse
from uploader_gui.engine.journal.journal import Journal
try:
    Journal(Path(sys.argv[1]))
except JournalInUse:
    sys.exit(7)
"""

ADD_AND_WAIT = """
import sys
from pathlib import Path
from tests.engine.values import a_put, an_upload
from uploader_gui.engine.journal.journal import Journal
journal = Journal(Path(sys.argv[1]))
uploads = [an_upload(presigned=a_put()) for _ in range(500)]
journal.add(uploads, "https://api.example/main")
print(*(upload.upload_id for upload in uploads), "added", sep="\\n", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def opened_elsewhere(path: Path) -> int:
    return subprocess.run([sys.executable, "-c", OPEN_ELSEWHERE, path], check=False, timeout=60).returncode


def test_a_second_program_is_told_also_after_one_in_this_program_was(path: Path) -> None:
    with contextlib.closing(Journal(path)):
        assert opened_elsewhere(path) == 7
        with pytest.raises(JournalInUse):
            Journal(path)
        assert opened_elsewhere(path) == 7
    assert opened_elsewhere(path) == 0


def added_by_a_killed_program(path: Path, program: str = ADD_AND_WAIT) -> list[str]:
    """Return the ids of what a program added to a journal before it was killed."""
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        ids = [line.strip() for line in iter(child.stdout.readline, "added\n")]
        child.kill()
    return ids


def test_everything_is_there_after_a_kill_as_soon_as_add_has_returned(path: Path) -> None:
    ids = added_by_a_killed_program(path)
    with contextlib.closing(Journal(path)) as journal:
        assert [upload.upload_id for upload in journal.unfinished(API)] == ids
        assert journal.set_aside is None
    assert len(ids) == 500


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_newer_schema_is_refused_and_left_as_it_is(path: Path, mode: str) -> None:
    filled(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA journal_mode = {mode}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        db.commit()
    before = path.read_bytes()
    with pytest.raises(JournalTooNew):
        Journal(path)
    assert path.read_bytes() == before
    assert [part.name for part in path.parent.iterdir()] == [path.name]


def scribbled_over(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(PAGE_BYTES)
        file.write(b"\xff" * 2 * PAGE_BYTES)


def head_only(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(bytes(path.stat().st_size - 100))


def without(statement: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute(statement)

    return damage


def become_another_programs(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE uploads (something TEXT)")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "another program's": become_another_programs,
    "garbage": lambda path: path.write_bytes(random.Random(7).randbytes(50_000)),
    "text": lambda path: path.write_text("this is no database\n" * 1_000),
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut within its head": lambda path: os.truncate(path, 60),
    "scribbled over": scribbled_over,
    "its head alone": head_only,
    "a version below zero": without("PRAGMA user_version = -1"),
    **{f"no {one}": without(f"DROP TABLE {one}") for one in ("uploads", "runs", "places", "own_files", "deposits")},
    **{f"no {one}": without(f"ALTER TABLE runs DROP COLUMN {one}") for one in ("started_at", "junk")},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_journal_is_set_aside_whole_and_reported(path: Path, damage: Callable[[Path], object]) -> None:
    filled(path)
    kept = []
    for _ in range(2):
        damage(path)
        damaged = path.read_bytes()
        with contextlib.closing(Journal(path)) as journal:
            assert journal.set_aside is not None
            kept.append((journal.set_aside, damaged[100:]))
            journal.add([an_upload()], API)
            assert len(journal.unfinished(API)) == 1
        with contextlib.closing(Journal(path)) as journal:
            assert journal.set_aside is None
    assert [(place.parent, place.read_bytes()[100:]) for place, _ in kept] == [(path.parent, was) for _, was in kept]


def test_what_stands_in_the_log_alone_is_set_aside_with_a_damaged_journal(path: Path) -> None:
    """A program was killed: all it recorded is in the log, with one record that nobody understands."""
    odd = (
        "from types import SimpleNamespace as S\nuploads[0].reason = S(code=S(value='odd'), variant=None, detail='')\n"
    )

    added_by_a_killed_program(path, ADD_AND_WAIT.replace("journal.add(", f"{odd}journal.add("))
    with contextlib.closing(Journal(path)) as journal:
        assert journal.set_aside is not None
        with contextlib.closing(sqlite3.connect(journal.set_aside)) as db:
            assert db.execute("SELECT count(*) FROM uploads").fetchone() == (500,)
        assert journal.unfinished(API) == []


def test_a_file_without_a_byte_becomes_a_journal(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with contextlib.closing(Journal(path)) as journal:
        journal.add([an_upload()], API)
        assert journal.set_aside is None


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_gives_a_journal_that_works(path: Path, seed: int) -> None:
    filled(path)
    whole = path.read_bytes()
    chance = random.Random(seed)
    broken = bytearray(whole)
    for _ in range(chance.randint(1, 40)):
        begin = chance.randrange(len(broken))
        broken[begin : begin + 8] = chance.randbytes(8)[: len(broken) - begin]
    path.write_bytes(broken[: chance.choice([len(broken), chance.randrange(len(broken))])])
    with contextlib.suppress(JournalTooNew), contextlib.closing(Journal(path)) as journal:
        journal.purge(0)
        journal.unfinished(API)
        journal.uploaded(API, "4217")
        journal.add([an_upload()], API)
