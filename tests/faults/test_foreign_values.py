"""Values nobody would give, from the service or the journal: they fail one file at most, and send tokens nowhere."""

import json
import math
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, Run, World
from tests.support.api_faults import Answer, Reshape
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import Reason, UploadState

SENT, NOT_SENT = "uploaded", "failed"
ODD: dict[str, tuple[dict[str, Any], str]] = {
    "an id beyond 64 bits": ({"id": 10**30}, SENT),
    "an id below 64 bits": ({"id": -(2**70)}, SENT),
    "an id of 100,000 letters": ({"id": "7" * 100_000}, SENT),
    "an id that is a fraction": ({"id": 1.5}, NOT_SENT),
    "an id that is infinite": ({"id": float("inf")}, NOT_SENT),
    "an id that is no number": ({"id": float("nan")}, NOT_SENT),
    "an id that is true": ({"id": True}, NOT_SENT),
    "an id that is a list": ({"id": [[[]]]}, NOT_SENT),
    "an id that is half a letter": ({"id": "\ud83d"}, NOT_SENT),
    "an id with a NUL": ({"id": "a\0b"}, NOT_SENT),
    "a link with half a letter": ({"presignedUrl": "https://bucket.example/\ud83d"}, NOT_SENT),
    "a link with a NUL": ({"presignedUrl": "https://bucket.example/\0"}, NOT_SENT),
    "a link that is a number": ({"presignedUrl": 2**70}, NOT_SENT),
}


@pytest.mark.parametrize(("fields", "state"), ODD.values(), ids=ODD)
async def test_what_the_service_says_of_a_file_harms_no_other(fields: dict[str, Any], state: str, world: World) -> None:
    odd, plain = world.make("odd.jpg"), world.make("plain.jpg", size=5000)

    def edit(answer: dict[str, Any]) -> object:
        names = {record.upload_id: record.name for record in world.api.registered}
        for entry in answer["uploads"]:
            if names[entry["uploadId"]] == odd.name:
                entry.update(fields)
        return answer

    world.api.faults.append(Reshape(edit))
    rows = await world.send(odd, plain)
    assert (rows["odd.jpg"]["state"], rows["plain.jpg"]["state"]) == (state, "uploaded")
    with closing(Journal(world.folder / "journal.sqlite")) as journal:
        assert journal.unfinished(world.api.url) == []


async def test_an_id_of_more_digits_than_python_reads_is_kept(world: World) -> None:
    def answer(_number: int, call: Any) -> Answer:
        (upload_id,) = call.upload_ids
        link = json.dumps(world.storage.url_for(f"42/{upload_id}"))
        body = f'{{"uploads": [{{"uploadId": "{upload_id}", "presignedUrl": {link}, "id": {"9" * 5000}}}]}}'
        return Answer(200, body.encode(), (("Content-Type", "application/json"),))

    world.api.fault = answer
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["id"]) == ("uploaded", "9" * 5000)


@pytest.mark.parametrize("after", ["1" + "0" * 30, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT", "-1", "1e400", "soon"])
async def test_no_retry_after_makes_anybody_wait_for_ever(after: str, world: World) -> None:
    world.api.faults.append(Answer(429, b"{}", (("Retry-After", after),)))
    row = await world.send_one(world.make("a.jpg"))
    assert row["state"] == "uploaded"


@pytest.mark.parametrize("years", [-1900, 7900])
async def test_a_server_of_another_age_does_not_end_the_life_of_a_link(years: int, world: World) -> None:
    world.api.clock_offset = years * 365.25 * 86400.0
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 1, False)
    assert len(world.api.registered) == 1


@pytest.mark.parametrize("lifetime", [10**12, 10**30, 1])
async def test_a_link_of_any_life_is_used(lifetime: int, world: World) -> None:
    world.api.presign = lambda upload, anomaly: world.storage.url_for(
        f"{anomaly}/{upload['uploadId']}", lifetime=lifetime, issued_at=math.ceil(time.time())
    )
    row = await world.send_one(world.make("a.jpg"))
    assert row["state"] == "uploaded"


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
async def test_one_that_is_handed_to_the_queue_is_never_asked_for(anomaly_id: str, run: Run, world: World) -> None:
    run.queue.intake.add_paths([world.make("a.txt")], anomaly_id)
    run.queue.scheduler.start()
    await run.in_state(S.FAILED, "a.txt")
    assert world.api.connections_made == 0
