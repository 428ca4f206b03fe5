"""How long History keeps a deposit: age counts from the newest one, and no clock that jumps makes it grow."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.engine.journals import API
from tests.engine.values import a_source, an_upload
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import RunKey, Upload, UploadState

DAY = 86_400.0
NOON = 1_741_003_600.0
S = UploadState


def sent(name: str, **fields: Any) -> Upload:
    return an_upload(source=a_source(name, size=1000), state=S.UPLOADED, sha256="aa", **fields)


def deposits(path: Path, days: Sequence[float], *uploads: Upload) -> None:
    """Make a journal with a run for each of these days, in that order; the first one holds `uploads` too."""
    with closing(Journal(path)) as journal:
        for place, day in enumerate(days):
            run_id = journal.begin_run(API, "uploader-gui 1.2.3")
            journal.add([sent(f"{day:g}.jpg"), *(uploads if place == 0 else ())], API, run_id)
    with closing(sqlite3.connect(path)) as db, db:
        for place, day in enumerate(days, start=1):
            began = NOON + day * DAY
            db.execute("UPDATE runs SET started_at = ? WHERE run_id = ?", (began, place))
            db.execute("UPDATE uploads SET added_at = ? WHERE run_id = ?", (began, place))


def kept_after_a_purge(path: Path, keep_days: float) -> list[str]:
    with closing(Journal(path)) as journal:
        journal.purge(keep_days * DAY)
        known = sorted((name for name, _ in journal.uploaded(API, "4217")), key=lambda name: float(name[:-4]))
        assert len(list(chain.from_iterable(journal.past_runs()))) == len(known)
    return [name.removesuffix(".jpg") for name in known]


FULL = range(1000, 1400, 25)
AGES: dict[str, tuple[float, Sequence[float], Sequence[float]]] = {
    "a deposit every ten days": (400, range(0, 500, 10), range(0, 90, 10)),
    "a clock years ahead at the newest": (400, [0, 3, 9, 3650], []),
    "a clock years ahead for a day": (400, [0, 3, 9, 3650, 10, 12], []),
    "a clock a year ahead": (400, [0, 3, 9, 365, 10], []),
    "a clock put back decades": (400, [1000, 1001, -18_000, 1002], []),
    "a clock put back when History is full": (400, [*FULL, -18_000, -17_999, 1376], []),
    "a clock years ahead when History is full": (400, [*FULL, 5000, 5001, 1376], []),
    "History of one day and a clock a year ahead": (1, [0, 0.4, 365], []),
    "History of one day": (1, [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4]),
    "History of a month": (30, [0, 20, 40, 60], [0, 20]),
    "pauses that are just no wrong clock": (30, [0, 30, 60], [0]),
    "a pause that a wrong clock might be": (30, [0, 45, 90], []),
    "one deposit, however long ago": (400, [0], []),
    "nothing": (400, [], []),
}


@pytest.mark.parametrize(("keep_days", "days", "gone"), AGES.values(), ids=AGES)
def test_what_is_old_beside_the_newest_deposit_goes_and_nothing_else(
    tmp_path: Path, keep_days: float, days: Sequence[float], gone: Sequence[float]
) -> None:
    path = tmp_path / "journal.sqlite"
    deposits(path, days)
    assert kept_after_a_purge(path, keep_days) == [f"{day:g}" for day in sorted(set(days) - set(gone))]


def test_what_waits_is_never_purged_and_what_was_sent_lately_stays(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    unfinished = [an_upload(state=state) for state in UploadState if not state.finished]
    listed = [an_upload(state=state, listed=True) for state in (S.FAILED, S.REFUSED)]
    gone = [an_upload(state=S.CANCELLED, listed=True), an_upload(state=S.FAILED), sent("0.jpg", listed=True)]
    late = sent("-1.jpg", uploaded_at=NOON + 490 * DAY)
    deposits(path, range(0, 500, 20), *unfinished, *listed, *gone, late)
    with closing(Journal(path)) as journal:
        journal.purge(400 * DAY)
        left = {one.upload_id for one in journal.uploads_of(RunKey(1, "4217"))}
        assert left == {one.upload_id for one in (*unfinished, *listed, late)}
        assert ("-1.jpg", 1000) in journal.uploaded(API, "4217")


def test_a_run_that_began_by_a_wrong_clock_is_moved_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    deposits(path, [0, 10])
    with closing(Journal(path)) as journal:
        journal.move_run(2, DAY)
        assert journal.last_aged_run(10.5 * DAY) == (1, NOON + 11 * DAY)
        assert journal.last_aged_run(11 * DAY) is None
        assert [run.started_at for (run,) in journal.past_runs()] == [NOON + 11 * DAY, NOON]
