"""What a run leaves unfinished and the next one takes up; interruptions."""

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.program import Ended, Program
from tests.faults.sleeping import asleep
from tests.support import api_faults
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi

INTERRUPTED = 130
LEAVING = 20.0
"""The two seconds promised, and what a loaded machine takes to end a process."""


def interrupt_while_sending(
    program: Program, storage: ScriptedStorage, *paths: Path, number: signal.Signals = signal.SIGTERM
) -> Ended:
    """Start a run, interrupt it while the storage keeps silent, and let the storage answer from then on."""
    regular, storage.fault = storage.fault, lambda _key, _attempt, _request: StoreThenSilence()
    before = len(storage.puts)
    running = program.begin(*paths)
    storage.wait_for_puts(before + min(len(paths), 6))
    running.send_signal(number)
    ended = running.ended()
    storage.fault = regular
    return ended


def let_links_expire(program: Program) -> None:
    """Let the links in the journal be of yesterday."""
    with closing(sqlite3.connect(program.data / "journal.sqlite")) as journal:
        journal.execute("UPDATE uploads SET url_expires_at = ? WHERE url IS NOT NULL", (time.time() - 86_400,))
        journal.commit()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_everything_and_the_next_one_registers_nothing_again(
    number: signal.Signals, program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    paths = [files.make(f"{n}.jpg", size=3000 + n) for n in range(8)]
    first = interrupt_while_sending(program, scripted_storage, *paths, number=number)
    assert (first.code, first.err) == (INTERRUPTED, "")
    assert first.seconds < 30.0
    assert {(row["state"], row["reason"]["code"]) for row in first.files.values()} == {("pending", "interrupted")}
    second = program.send(*paths)
    assert (second.code, second.totals["uploaded"]) == (0, 8)
    assert "taken up again: 8" in second.out
    assert len(strict_api.calls) == 1
    for name, row in second.files.items():
        assert row["upload_id"] == first.files[name]["upload_id"]
        assert row["may_be_registered_twice"] is False
        assert scripted_storage.objects[f"42/{row['upload_id']}"].sha256 == row["sha256"]


def test_a_run_without_paths_takes_up_what_is_left_for_that_anomaly(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    first = interrupt_while_sending(program, scripted_storage, files.make("a.jpg"))
    other = program.send(anomaly="43")
    assert (other.code, other.totals) == (0, {})
    assert "Nothing is left to send to anomaly 43." in other.out
    assert "not part of this run: 1" in other.out
    second = program.send()
    assert (second.code, second.only["state"]) == (0, "uploaded")
    assert second.only["upload_id"] == first.only["upload_id"]
    assert len(strict_api.calls) == 1
    third = program.send()
    assert (third.code, third.totals) == (0, {})
    assert "Nothing is left to send to anomaly 42." in third.out


def test_other_unfinished_files_stay_and_are_counted_in_one_line(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    interrupt_while_sending(program, scripted_storage, files.make("a.jpg"), files.make("b.jpg", size=999))
    second = program.send(files.make("c.jpg", size=777))
    assert (second.code, list(second.files)) == (0, ["c.jpg"])
    lines = [line for line in second.out.splitlines() if "not part of this run" in line]
    assert lines == ["still unfinished from earlier, not part of this run: 2"]
    assert program.send().totals["uploaded"] == 2


def test_a_file_that_changed_meanwhile_is_registered_again_with_the_same_id(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = files.make("a.txt", size=1000)
    first = interrupt_while_sending(program, scripted_storage, path)
    path.write_bytes(b"a longer report " * 200_000)
    second = program.send(path)
    assert (second.code, second.only["state"], second.only["may_be_registered_twice"]) == (0, "uploaded", True)
    assert second.only["upload_id"] == first.only["upload_id"]
    assert second.only["size"] == 3_200_000
    assert [(call.upload_ids, call.body[0]["size"]) for call in strict_api.calls] == [
        ([first.only["upload_id"]], 1),
        ([first.only["upload_id"]], 4),
    ]


def test_a_link_that_expired_meanwhile_is_asked_for_again_with_the_same_id(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = files.make("a.txt")
    first = interrupt_while_sending(program, scripted_storage, path)
    let_links_expire(program)
    second = program.send()
    assert (second.code, second.only["state"], second.only["may_be_registered_twice"]) == (0, "uploaded", True)
    assert [call.upload_ids for call in strict_api.calls] == [[first.only["upload_id"]]] * 2
    assert second.only["attempts"] == 1


def test_a_registration_cut_off_is_repeated_with_the_same_id_and_flagged(
    program: Program, strict_api: StrictApi, files: Files
) -> None:
    strict_api.faults.append(api_faults.Silence())
    running = program.begin(files.make("a.txt"))
    strict_api.wait_for_calls(1)
    running.send_signal(signal.SIGTERM)
    first = running.ended()
    assert (first.code, first.only["state"]) == (INTERRUPTED, "pending")
    strict_api.release()
    second = program.send()
    assert (second.code, second.only["state"], second.only["may_be_registered_twice"]) == (0, "uploaded", True)
    assert {tuple(call.upload_ids) for call in strict_api.calls} == {(first.only["upload_id"],)}


def test_an_unfinished_file_that_is_gone_fails_as_missing(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = files.make("a.txt")
    interrupt_while_sending(program, scripted_storage, path)
    path.unlink()
    ended = program.send()
    assert (ended.code, ended.only["state"], ended.only["reason"]["code"]) == (1, "failed", "missing")


def test_another_service_s_unfinished_files_are_none_of_this_run_s_business(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = files.make("a.txt")
    first = interrupt_while_sending(program, scripted_storage, path)
    elsewhere = strict_api.url.replace("127.0.0.1", "localhost")
    second = program.send(path, UPLOADER_API_URL=elsewhere)
    assert (second.code, second.only["state"]) == (0, "uploaded")
    assert second.only["upload_id"] != first.only["upload_id"]
    assert "not part of this run" not in second.out


def test_an_interruption_does_not_wait_for_a_sleeping_share(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    stuck = [files.make(f"share/{n}.jpg", size=5000 + n) for n in range(6)]
    with asleep(*stuck) as it_looks_at_them:
        running = program.begin(files.make("elsewhere.jpg"), *stuck)
        assert it_looks_at_them.wait(30.0)
        scripted_storage.wait_for_objects(1)
        running.says("uploaded  elsewhere.jpg")
        asked = time.monotonic()
        running.send_signal(signal.SIGTERM)
        ended = running.ended()
        took = time.monotonic() - asked
    assert (ended.code, ended.err) == (INTERRUPTED, "")
    assert took < LEAVING
    assert ended.files["elsewhere.jpg"]["state"] == "uploaded"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_it_starts_is_130_too(
    number: signal.Signals, program: Program, strict_api: StrictApi
) -> None:
    settings = program.data / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text("{}", "utf-8")
    with asleep(settings) as it_reads_its_settings:
        running = program.begin("a.txt")
        assert it_reads_its_settings.wait(30.0)
        running.send_signal(number)
    ended = running.ended()  # the share wakes up: no signal ends a read that waits for it
    assert (ended.code, ended.err) == (INTERRUPTED, "")
    assert strict_api.connections_made == 0
