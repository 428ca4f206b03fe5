"""Engine and program in front of real S3 servers: rclone's and OpenStack Swift's, links presigned by botocore."""

import hashlib
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program
from tests.e2e.tap import Tap
from tests.faults.running import ANOMALY, QUICK, TOKENS, engine, options, send, send_one
from tests.support.certificates import CertificateAuthority
from tests.support.files import Files
from tests.support.s3_servers import RcloneS3, S3Server
from tests.support.s3_signing import S3Signer
from tests.support.server_environment import FIRST_USE
from tests.support.strict_api import StrictApi
from uploader_gui.engine.models import SENDING

pytestmark = FIRST_USE
WEIGHED = (
    "import sys\n"
    "from uploader_gui.__main__ import run\n"
    "code = run(sys.argv[1:])\n"
    "status = open('/proc/self/status').read()\n"
    "open('weight', 'w').write(status.partition('VmHWM:')[2].split()[0])\n"
    "sys.exit(code)\n"
)
"""The program, which leaves its greatest memory (kB) behind in its working directory."""


@pytest.fixture(params=["rclone_s3", "swift_s3"])
def server(request: pytest.FixtureRequest) -> S3Server:
    server: S3Server = request.getfixturevalue(request.param)
    return server


def key_of(upload: dict[str, Any], anomaly: str) -> str:
    """Put the file's name into the key, as far as file systems can hold it."""
    return f"{anomaly}/{upload['uploadId']}/{upload['name'][:50]}"


@pytest.fixture
def api(server: S3Server) -> Iterator[StrictApi]:
    """Play the service in front of a real server; the content type is not signed."""
    with StrictApi(lambda upload, anomaly: server.presign(key_of(upload, anomaly))) as api:
        yield api
    assert api.violations == []


def held(server: S3Server, api: StrictApi, row: dict[str, Any]) -> bytes:
    (record,) = {r.name: r for r in api.registrations_of(row["upload_id"])}.values()
    return server.read(key_of({"uploadId": record.upload_id, "name": record.name}, ANOMALY))


@pytest.mark.parametrize("signed", [True, False], ids=["content type signed", "content type not signed"])
async def test_all_types_arrive_whole(
    server: S3Server, api: StrictApi, files: Files, tmp_path: Path, *, signed: bool
) -> None:
    api.presign = lambda upload, anomaly: server.presign(
        key_of(upload, anomaly), content_type=upload["mimeType"] if signed else None
    )
    made = files.one_of_each()
    rows = await send(options(tmp_path, api), *made.values())
    for media_type, path in made.items():
        row = rows[path.name]
        assert (row["state"], row["mime_type"], row["attempts"]) == ("uploaded", media_type, 1)
        assert held(server, api, row) == path.read_bytes()


async def test_names_of_all_kinds_arrive_in_their_own_places_in_whatever_order_answers_come(
    server: S3Server, api: StrictApi, files: Files, tmp_path: Path
) -> None:
    names = [
        unicodedata.normalize("NFD", "désenfumage été.txt"), "🔥🧯 extincteur.txt", "a b  c.txt", "100 %.txt",
        "%41%2F%00.txt", "n°#1.txt", "a+b&c=d?e.txt", "x" * 251 + ".txt", "~(tilde)!'*.txt", "1.txt",
        *(f"{n:02}.txt" for n in range(35)),
    ]  # fmt: skip
    paths = [files.make(name, content=b"x" if name == "1.txt" else name.encode()) for name in names]
    rows = await send(options(tmp_path, api), *paths, files.make("empty.txt", content=b""))
    assert (rows["empty.txt"]["state"], rows.pop("empty.txt")["reason"]["code"]) == ("refused", "empty_file")
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert sorted(len(call.upload_ids) for call in api.calls) == [5, 20, 20]
    for path in paths:
        assert held(server, api, rows[path.name]) == path.read_bytes()
    assert "désenfumage été.txt" in {record.name for record in api.registered}
    assert all(len(record.name) <= 250 for record in api.registered)


async def test_a_tampered_link_ends_in_a_refusal(
    server: S3Server, api: StrictApi, files: Files, tmp_path: Path
) -> None:
    api.presign = lambda upload, anomaly: server.presign(key_of(upload, anomaly)).replace("42/", "43/", 1)
    row = await send_one(options(tmp_path, api), files.make("a.txt"))
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", "storage_refused", 2)
    assert "SignatureDoesNotMatch" in row["reason"]["message"]


async def test_a_link_the_server_calls_expired_is_asked_for_again_with_the_same_id(
    server: S3Server, api: StrictApi, files: Files, tmp_path: Path
) -> None:
    """Our clock and the service's are an hour slow, so that only the storage can know."""

    def too_old_at_first(upload: dict[str, Any], anomaly: str) -> str:
        return server.presign(key_of(upload, anomaly), issued_at=time.time() - (1800 if len(api.calls) == 1 else 0))

    api.presign, api.clock_offset = too_old_at_first, -3600.0
    slow = replace(QUICK, wall_clock=lambda: time.time() - 3600)
    path = files.make("a.txt")
    row = await send_one(options(tmp_path, api), path, slow)
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 2, True)
    assert [call.upload_ids for call in api.calls] == [[row["upload_id"]]] * 2
    assert held(server, api, row) == path.read_bytes()


async def test_no_token_is_on_the_line_to_the_storage(
    server: S3Server, api: StrictApi, files: Files, tmp_path: Path
) -> None:
    with Tap(server.endpoint) as tap:
        signer = S3Signer(tap.endpoint, server.key_id, server.secret, server.region)
        api.presign = lambda upload, anomaly: signer.presign("PUT", f"{server.bucket}/{key_of(upload, anomaly)}", 900)
        rows = await send(options(tmp_path, api), *(files.make(f"{n}.txt") for n in range(8)))
        assert {row["state"] for row in rows.values()} == {"uploaded"}
        assert tap.sent.count(b"PUT /") == 8
        lower = bytes(tap.sent).lower()
    for never in (*TOKENS, "authorization", "x-session-token", "cookie", "transfer-encoding"):
        assert never.encode() not in lower


async def test_a_pause_and_a_start_in_one_breath_lose_nothing(
    server: S3Server, api: StrictApi, files: Files, tmp_path: Path
) -> None:
    """Events come ten times a second: on a fast machine the first ones may tell of files that have arrived."""
    paths = [files.make(f"{n}.txt", size=4_000_000 + n) for n in range(6)]
    async with engine(options(tmp_path, api, max_concurrent=2)) as run:
        run.begin(paths)
        await run.until(lambda: any(u.state in SENDING or u.state.finished for u in run.latest.values()))
        run.queue.scheduler.pause()
        await run.to_the_end()
        rows = run.files()
    assert not any(row["may_be_registered_twice"] for row in rows.values())
    for path in paths:
        assert held(server, api, rows[path.name]) == path.read_bytes()


def test_200_mb_are_streamed_in_flat_memory(
    rclone_s3: RcloneS3, files: Files, tmp_path: Path, program_for: Callable[[StrictApi], Program]
) -> None:
    with StrictApi(lambda upload, anomaly: rclone_s3.presign(key_of(upload, anomaly))) as api:
        program = program_for(api)
        program.command = ("-c", WEIGHED)
        small = program.send(files.make("small.zip", content=b"PK\x05\x06" + bytes(18)))
        big_file = files.make("big.zip", size=200_000_000)
        big = program.send(big_file)
        assert (small.code, big.code) == (0, 0)
        with big_file.open("rb") as file:
            assert big.only["sha256"] == hashlib.file_digest(file, "sha256").hexdigest()
        kept = rclone_s3.file(key_of({"uploadId": big.only["upload_id"], "name": "big.zip"}, ANOMALY))
        assert kept.stat().st_size == 200_000_000
        grown = int((big.folder / "weight").read_text()) - int((small.folder / "weight").read_text())
        assert grown < 40_000, f"{grown} kB more for 200 MB than for 22 bytes"
    big_file.unlink()


@pytest.fixture
def program_for(tmp_path: Path) -> Iterator[Callable[[StrictApi], Program]]:
    programs: list[Program] = []

    def program(api: StrictApi) -> Program:
        programs.append(Program.of(api, tmp_path / "runs"))
        return programs[-1]

    yield program
    for started in programs:
        started.end_all()


@pytest.mark.parametrize("trusted_by", ["SSL_CERT_FILE", "UPLOADER_CA_FILE", "ca_file", "nobody"])
def test_https_is_spoken_with_whom_the_trust_store_or_the_settings_vouch_for(
    trusted_by: str,
    tls_s3: RcloneS3,
    ca: CertificateAuthority,
    files: Files,
    program_for: Callable[[StrictApi], Program],
) -> None:
    with StrictApi(lambda upload, anomaly: tls_s3.presign(key_of(upload, anomaly)), tls=ca.server_context()) as api:
        program, path = program_for(api), files.make("a.txt")
        if trusted_by == "ca_file":
            program.data.mkdir(parents=True)
            (program.data / "settings.json").write_text(f'{{"ca_file": "{ca.pem}"}}', "utf-8")
        ended = program.send(path, **({trusted_by: str(ca.pem)} if trusted_by.isupper() else {}))
        if trusted_by == "nobody":
            assert (ended.code, ended.only["reason"]["code"], api.calls) == (1, "tls", [])
            return
        assert (ended.code, ended.only["state"]) == (0, "uploaded")
        assert tls_s3.read(key_of({"uploadId": ended.only["upload_id"], "name": "a.txt"}, ANOMALY)) == path.read_bytes()


@pytest.fixture(scope="module")
def tls_s3(
    ca: CertificateAuthority, outer_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RcloneS3]:
    with RcloneS3(tmp_path_factory.mktemp("rclone-tls"), outer_environment, ca=ca) as server:
        yield server
