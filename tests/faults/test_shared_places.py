"""Two uploads never share an object of the storage: the one whose link came later is refused, and says why."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from tests.faults.running import ANOMALY, World, engine, send
from tests.faults.storing import always, is_stored, on_attempt
from tests.support import storage_faults
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenAnswer, StoreThenSilence
from uploader_gui.engine.events import HistoryFound, Resumed
from uploader_gui.engine.models import UploadState
from uploader_gui.failure_messages import english

TAKEN = "The register gave this file the place in the storage that another file has"


@pytest.fixture
def by_name(world: World) -> World:
    """Play a service that makes keys of names alone: careless, but likely."""
    world.api.presign = lambda upload, _anomaly: world.storage.url_for(upload["name"])
    return world


def outcomes(rows: dict[str, dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"] and row["reason"]["code"]) for row in rows.values()]


async def test_of_two_in_one_answer_the_second_is_refused_and_names_the_first(world: World) -> None:
    world.api.presign = lambda _upload, _anomaly: world.storage.url_for("same")
    paths = [world.make("a.jpg", size=4000), world.make("b.jpg", size=5000), world.make("c.jpg", size=6000)]
    rows = await world.send(*paths, describe=english)
    assert outcomes(rows) == [("uploaded", None), ("failed", "url_refused"), ("failed", "url_refused")]
    assert [row["attempts"] for row in rows.values()] == [1, 0, 0]
    assert (rows["b.jpg"]["reason"]["message"], len(world.storage.puts)) == (f"{TAKEN}: a.jpg.", 1)
    assert world.storage.objects["same"].size == 4000


@pytest.mark.parametrize("anomaly", [ANOMALY, "43"])
async def test_a_place_of_an_unfinished_upload_is_kept_from_every_other(anomaly: str, by_name: World) -> None:
    by_name.storage.fault = on_attempt(1, StoreThenSilence())
    async with by_name.engine() as run:
        run.begin([by_name.make("1/a.jpg", size=4000)])
        await run.in_state(UploadState.CONFIRMING, "a.jpg")
        run.queue.intake.add_paths([by_name.make("2/a.jpg", size=5000)], anomaly)
        await run.until(lambda: len(by_name.api.calls) == 2 and run.latest["a.jpg"].state is UploadState.FAILED)
        by_name.storage.release()
        await run.idle()
    assert (by_name.storage.objects["a.jpg"].size, len(by_name.storage.puts)) == (4000, 1)


def finish(_scripted_storage: ScriptedStorage) -> None:
    """Let it arrive."""


def fail(scripted_storage: ScriptedStorage) -> None:
    scripted_storage.fault = lambda key, attempt, _request: (
        storage_faults.too_large() if (key, attempt) == ("a.jpg", 1) else None
    )


@pytest.mark.parametrize(
    ("end", "keep_days"),
    [(finish, 400.0), (finish, -1.0), (fail, 400.0), (fail, -1.0)],
    ids=["sent", "sent, and purged from History", "failed", "failed, and purged from History"],
)
async def test_a_place_stays_with_its_upload_however_that_ended_and_after_a_restart(
    end: Callable[[ScriptedStorage], None], keep_days: float, by_name: World
) -> None:
    end(by_name.storage)
    await by_name.send(by_name.make("1/a.jpg", size=4000))
    later = by_name.options(keep_days=keep_days, describe=english)
    rows = await send(later, by_name.make("2/a.jpg", size=5000), by_name.make("2/b.jpg"))
    assert outcomes(rows) == [("failed", "url_refused"), ("uploaded", None)]
    assert rows["a.jpg"]["reason"]["message"].startswith(TAKEN)
    assert len(by_name.storage.puts_of("a.jpg")) == 1


async def test_a_place_stays_taken_when_a_person_forgets_the_deposit_that_had_it(by_name: World) -> None:
    await by_name.send(by_name.make("1/a.jpg", size=4000))
    async with by_name.engine() as run:
        (past,) = await run.past_runs()
        run.queue.history.forget(past.key)
        assert (await run.heard(HistoryFound, 2)).runs == ()
    row = await by_name.send_one(by_name.make("2/a.jpg", size=5000), describe=english)
    assert row["reason"]["message"].startswith(TAKEN)
    assert by_name.storage.objects["a.jpg"].size == 4000


async def test_a_cancelled_upload_keeps_its_place_and_may_still_be_sent_there(by_name: World) -> None:
    by_name.storage.fault = on_attempt(1, StoreThenSilence())
    first, second = by_name.make("1/a.jpg", size=4000), by_name.make("2/a.jpg", size=5000)
    async with by_name.engine() as run:
        run.begin([first])
        await run.in_state(UploadState.CONFIRMING, "a.jpg")
        run.queue.cancel([run.latest["a.jpg"].upload_id])
        await run.in_state(UploadState.CANCELLED, "a.jpg")
    by_name.storage.release()
    row = await by_name.send_one(second)
    assert (row["state"], row["reason"]["code"]) == ("failed", "url_refused")
    row = await by_name.send_one(first)
    assert (row["state"], by_name.storage.objects["a.jpg"].sha256) == ("uploaded", row["sha256"])


async def test_the_same_upload_may_return_to_its_own_place(by_name: World) -> None:
    by_name.storage.fault = on_attempt(1, storage_faults.expired())
    row = await by_name.send_one(by_name.make("a.jpg"))
    assert (row["state"], row["attempts"], len(by_name.api.calls)) == ("uploaded", 2, 2)


async def test_a_refused_upload_that_gets_a_place_of_its_own_when_a_person_asks_again_is_sent(world: World) -> None:
    world.api.presign = lambda _upload, _anomaly: world.storage.url_for("same")
    async with world.engine() as run:
        await run.send([world.make("a.jpg", size=4000), world.make("b.jpg", size=5000)])
        world.api.presign = lambda upload, anomaly: world.storage.url_for(f"{anomaly}/{upload['uploadId']}")
        run.queue.retry_failed()
        await run.idle(2)
        rows = run.files()
    assert outcomes(rows) == [("uploaded", None), ("uploaded", None)]
    assert rows["b.jpg"]["may_be_registered_twice"]
    assert is_stored(world.storage, rows["b.jpg"])


SAME = {
    "another signature": lambda url: url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
    "another token": lambda url: f"{url}&X-Amz-Security-Token=a",
    "a header that is told": lambda url: f"{url}&x-amz-meta-a=b",
    "names in other cases": lambda url: url.replace("X-Amz-", "x-AMZ-"),
    "a name that is escaped": lambda url: url.replace("X-Amz-Signature", "X%2DAmz-Signature"),
    "an escape that need not be": lambda url: url.replace("/k", "/%6B"),
    "escapes in the other case": lambda url: url.replace("%C3%A9", "%c3%a9"),
    "an escaped slash": lambda url: url.replace("/k", "%2Fk"),
    "a tilde that is escaped": lambda url: url.replace("~", "%7E"),
    "a scheme in capitals": lambda url: url.replace("http:", "HTTP:"),
    "a fragment": lambda url: f"{url}#elsewhere",
    "the old signature": lambda url: f"{url.partition('?')[0]}?AWSAccessKeyId=a&Signature=b&Expires=4102444800",
    "no query": lambda url: url.partition("?")[0],
    "a blank that is a plus": lambda url: url.replace("%20", "+"),
    "the operation's name": lambda url: f"{url}&x-id=PutObject",
}


@pytest.mark.parametrize("spelled", SAME.values(), ids=SAME)
async def test_the_same_place_is_known_however_it_is_spelled(spelled: Callable[[str], str], world: World) -> None:
    world.storage.fault = always(StoreThenAnswer())
    url = world.storage.url_for("KEY").replace("KEY", f"k~{quote('é a')}")
    urls = iter([url, spelled(url)])
    world.api.presign = lambda _upload, _anomaly: next(urls)
    rows = await world.send(world.make("a.jpg"), world.make("b.jpg", size=900))
    assert sorted(outcomes(rows), key=str) == [("failed", "url_refused"), ("uploaded", None)]
    assert len(world.storage.puts) == 1


OTHERS = {
    "another key": lambda url: url.replace("/k", "/l"),
    "another case": lambda url: url.replace("/k", "/K"),
    "two slashes": lambda url: url.replace("/k", "//k"),
    "a plus": lambda url: url.replace("k~", "k+~"),
    "another id": lambda url: f"{url}&x-id=2",
    "another part of it": lambda url: f"{url}&partNumber=2",
    "a folder": lambda url: url.replace("?", "/?"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_other_places_are_others(other: Callable[[str], str], world: World) -> None:
    world.storage.fault = always(StoreThenAnswer())
    url = world.storage.url_for("KEY").replace("KEY", f"k~{quote('é')}")
    urls = iter([url, other(url)])
    world.api.presign = lambda _upload, _anomaly: next(urls)
    rows = await world.send(world.make("a.jpg"), world.make("b.jpg", size=900))
    assert outcomes(rows) == [("uploaded", None)] * 2


async def test_nothing_of_a_used_link_is_kept_for_it(world: World) -> None:
    await world.send_one(world.make("a.jpg"))
    kept = world.options().journal_path.read_bytes()
    target = world.storage.puts[0].target
    assert target[-64:].encode() not in kept
    assert f"/{world.storage.bucket}/".encode() not in kept


async def test_a_journal_from_before_places_were_kept_guards_those_of_what_is_unfinished(by_name: World) -> None:
    """What was registered goes on, and its place is kept; of two with one place the later one is registered again."""
    by_name.storage.fault = always(StoreThenSilence())
    chosen = by_name.options()
    paths = [by_name.make(name, size=4000) for name in ("a.jpg", "b.jpg")]
    async with engine(chosen) as run:
        run.begin(paths)
        await run.in_state(UploadState.CONFIRMING, "a.jpg", "b.jpg")
    by_name.storage.release()
    with closing(sqlite3.connect(chosen.journal_path)) as db:
        db.execute("UPDATE uploads SET url = (SELECT url FROM uploads WHERE name = 'a.jpg')")
        for newer in ("places", "own_files", "deposits"):
            db.execute(f"DROP TABLE {newer}")
        for newer in ("without_metadata", "listed", "reason_variant", "origin"):
            db.execute(f"ALTER TABLE uploads DROP COLUMN {newer}")
        db.execute("PRAGMA user_version = 4")
        db.commit()
    by_name.storage.fault = lambda _key, _attempt, _request: None
    async with engine(replace(chosen, describe=english)) as run:
        run.queue.intake.resume()
        assert len((await run.heard(Resumed)).upload_ids) == 2
        run.queue.intake.add_paths([by_name.make("2/a.jpg", size=5000)], "43")
        await run.to_the_end()
        receipts: list[Any] = [run.queue.receipt(anomaly).to_json() for anomaly in (ANOMALY, "43")]
        rows = [row for receipt in receipts for row in receipt["files"]]
    assert [(row["name"], row["state"]) for row in rows] == [
        ("a.jpg", "uploaded"),
        ("b.jpg", "uploaded"),
        ("a.jpg", "failed"),
    ]
    assert rows[1]["may_be_registered_twice"]
    assert rows[2]["reason"]["message"] == f"{TAKEN}: a.jpg."
    assert {key: stored.sha256 for key, stored in by_name.storage.objects.items()} == {
        "a.jpg": rows[0]["sha256"],
        "b.jpg": rows[1]["sha256"],
    }
