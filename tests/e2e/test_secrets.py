"""No token ever, and no live link once the queue has drained, in anything the program leaves behind."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.faults.running import engine, options
from tests.support import api_faults, storage_faults
from tests.support.api_faults import ApiFault
from tests.support.files import Files
from tests.support.raw_http import RawRequest
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import Refuse, ResetMidway, StorageFault, StoreThenSilence
from tests.support.strict_api import ApiCall, StrictApi

BEARER = "Zk9vQm2xTn7RbearerLq4W"
SESSION = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.c2lnbmF0dXJlLW9mLWE"
SIGNATURE = re.compile(r"X-Amz-Signature=([0-9a-f]{64})")


@pytest.fixture
def chatty_api(scripted_storage: ScriptedStorage) -> Iterator[StrictApi]:
    """Play a service that repeats tokens in what it says."""
    with StrictApi(
        lambda upload, anomaly: scripted_storage.url_for(f"{anomaly}/{upload['uploadId']}"), tokens=(BEARER, SESSION)
    ) as api:
        yield api
    assert api.violations == []


@pytest.fixture
def chatty_program(chatty_api: StrictApi, tmp_path: Path) -> Iterator[Program]:
    program = Program.of(chatty_api, tmp_path / "runs")
    yield program
    program.end_all()


def noise_of_the_service(number: int, call: ApiCall) -> ApiFault | None:
    """Go wrong in many ways, and repeat the request's headers while doing so."""
    said = f"bad header Authorization: Bearer {BEARER}, X-Session-Token {SESSION}"
    faults: dict[int, ApiFault] = {
        3: api_faults.page(200, f"<html>{said}</html>"),
        4: api_faults.refusal(400, said),
        5: api_faults.busy(),
        6: api_faults.refusal(500, said),
    }
    return faults.get(number)


def noise_of_the_storage(key: str, attempt: int, request: RawRequest) -> StorageFault | None:
    """Go wrong in many ways, and repeat the link while doing so."""
    said = f"not good: &X-Amz-Signature={request.target.rpartition('=')[2]}"
    faults: list[StorageFault | None] = [
        Refuse(500, "InternalError", said),
        (storage_faults.expired(), ResetMidway(), Refuse(400, "InvalidRequest", said))[hash(key) % 3],
    ]
    return faults[attempt - 1] if attempt <= len(faults) else None


def test_a_noisy_run_leaves_no_secret_behind(
    chatty_program: Program, chatty_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    paths = [files.make(f"{n:02}.jpg", size=2000 + n) for n in range(45)]
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    killed = chatty_program.begin(*paths)
    scripted_storage.wait_for_puts(6)
    killed.kill()
    assert tokens_in(*everything(chatty_program, tmp_path)) == []
    chatty_api.fault, scripted_storage.fault = noise_of_the_service, noise_of_the_storage
    scripted_storage.release()
    ended = chatty_program.send(*paths)
    assert ended.totals["uploaded"] > 0
    assert {"rejected", "storage_refused"} <= {row["reason"]["code"] for row in ended.files.values() if row["reason"]}
    chatty_api.fault = lambda _number, _call: api_faults.refusal(401, f"expired: {BEARER} {SESSION}")
    refused = chatty_program.send(files.make("late.jpg"))
    assert refused.code == 1
    left = everything(chatty_program, tmp_path)
    assert {"journal.sqlite", "uploader-gui.log", "stdout", "stderr", "receipt.json"} <= {path.name for path in left}
    assert tokens_in(*left) == []
    assert links_in(chatty_api, *left) == []


async def test_no_link_is_left_in_the_journal_of_a_window_that_stays_open(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    async with engine(options(tmp_path, strict_api)) as run:
        await run.send([files.make(f"{n:02}.jpg", size=2000 + n) for n in range(45)])  # VACUUM follows it
        await run.until(
            lambda: links_in(strict_api, tmp_path / "journal.sqlite", tmp_path / "journal.sqlite-wal") == []
        )


def everything(program: Program, folder: Path) -> list[Path]:
    ours = [path for path in (folder / "runs").rglob("*") if path.is_file()]
    return ours + [path for path in program.data.rglob("*") if path.is_file()]


def tokens_in(*paths: Path) -> list[str]:
    secrets = [BEARER.encode(), SESSION.encode()]
    return [path.name for path in paths if any(secret in path.read_bytes() for secret in secrets)]


def links_in(api: StrictApi, *paths: Path) -> list[str]:
    found = [SIGNATURE.search(record.url) for record in api.registered]
    signatures = [match[1].encode() for match in found if match]
    assert signatures
    return [path.name for path in paths if any(one in path.read_bytes() for one in signatures)]
