"""An anomaly's ID that is none never reaches the service with tokens, whichever way it came in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, World
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.models import Reason, UploadState

S = UploadState
REFUSED = Reason(Code.REJECTED, Variant.NO_ANOMALY_ID, "'../../../admin?x='")
NONE = ["../../../admin?x=", "42/../43", "42#", "", " 42", "42\n", "é", "a" * 65, "%2e%2e", "４２"]


def rename_anomaly(folder: Path, anomaly_id: str, name: str) -> None:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as db, db:
        db.execute("UPDATE uploads SET anomaly_id = ? WHERE name = ?", (anomaly_id, name))


@pytest.mark.parametrize("anomaly_id", NONE)
async def test_one_in_the_journal_fails_its_own_file_and_no_other(anomaly_id: str, world: World) -> None:
    async with world.engine() as run:
        await run.added(world.make("a.txt"), world.make("b.txt", content=b"b"))
    rename_anomaly(world.folder, anomaly_id, "a.txt")
    async with world.engine() as run:
        run.queue.intake.resume()
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "b.txt")
        await run.in_state(S.FAILED, "a.txt")
        await run.idle()
        row = {row["name"]: row for row in run.queue.receipt("").to_json()["files"]}["a.txt"]
        assert row["reason"]["code"] == "rejected"
        assert not row["may_be_registered_twice"]
    assert [record.name for record in world.api.registered] == ["b.txt"]


async def test_one_in_history_fails_when_it_is_sent_again(world: World) -> None:
    late = world.folder / "late.txt"
    async with world.engine() as run:
        run.queue.intake.add_paths([late], ANOMALY)
        await run.in_state(S.FAILED, "late.txt")
    rename_anomaly(world.folder, "../../../admin?x=", "late.txt")
    late.write_bytes(b"found again")
    async with world.engine() as run:
        (past,) = await run.past_runs()
        run.queue.send_past_again(past.key)
        await run.until(lambda: "late.txt" in run.latest and run.latest["late.txt"].reason == REFUSED)
        assert run.latest["late.txt"].state is S.FAILED
    assert world.api.connections_made == 0


@pytest.mark.parametrize("anomaly_id", NONE)
async def test_one_that_is_handed_to_the_queue_is_never_asked_for(anomaly_id: str, world: World) -> None:
    async with world.engine() as run:
        run.queue.intake.add_paths([world.make("a.txt")], anomaly_id)
        run.queue.scheduler.start()
        await run.in_state(S.FAILED, "a.txt")
    assert world.api.connections_made == 0
