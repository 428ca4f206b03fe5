"""The receipt is a contract to the letter, and there is a whole one or none."""

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.values import a_source, an_upload
from uploader_gui.engine import receipt
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.models import Origin, Reason, Substitute, Upload, UploadState

FILE_KEYS = [
    "path", "name", "mime_type", "size", "sha256", "upload_id", "id", "state", "attempts", "uploaded_at", "reason",
    "may_be_registered_twice",
]  # fmt: skip
TOTAL_KEYS = [
    "files", "uploaded", "skipped", "failed", "refused", "cancelled", "pending", "junk", "bytes_uploaded",
]  # fmt: skip
HEAD_KEYS = ["schema", "program", "anomaly_id", "started_at", "finished_at", "utc_offset", "totals", "files"]
PENDING = {state for state in UploadState if not state.finished}


def receipt_of(*uploads: Upload, junk: int = 0) -> receipt.Receipt:
    files = tuple(receipt.file_of(upload, lambda reason: f"said: {reason.code}") for upload in uploads)
    made = receipt.Receipt("uploader-gui 1.2.3", "4217", 1_741_768_200.0, 1_741_768_261.5, files, junk)
    return made.with_every_arrival()


def built(*uploads: Upload, junk: int = 0) -> dict[str, Any]:
    return receipt_of(*uploads, junk=junk).to_json()


def test_its_head_says_who_what_and_when_and_a_trial_so_at_once() -> None:
    made = built()
    assert list(made) == [*HEAD_KEYS, "checksum_sha256"]
    assert list(made["totals"]) == TOTAL_KEYS
    assert {name: made[name] for name in HEAD_KEYS if name != "utc_offset"} == {
        "schema": 1,
        "program": "uploader-gui 1.2.3",
        "anomaly_id": "4217",
        "started_at": "2025-03-12T08:30:00.000Z",
        "finished_at": "2025-03-12T08:31:01.500Z",
        "totals": dict.fromkeys(TOTAL_KEYS, 0),
        "files": [],
    }
    trial = receipt.Receipt("uploader-gui 1.2.3", "4217", 0.0, 1.0, (), trial=True)
    assert list(trial.to_json().items())[:2] == [("schema", 1), ("trial", True)]


def test_it_tells_what_is_known_of_server_clock_anomaly_and_depositor() -> None:
    empty = receipt.Receipt("uploader-gui 1.2.3", "4217", 0.0, 1.0, ())
    bare = empty.to_json()
    assert re.fullmatch(r"[+-]\d\d:\d\d", bare["utc_offset"])
    told = receipt.Circumstances("https://a.example/main", -10803, "ANO-1", "Fire door", "École", "A. Martin")
    full = replace(empty, circumstances=told).to_json()
    assert {name: value for name, value in full.items() if name not in bare} == {
        "server": "https://a.example/main",
        "clock_error_seconds": -10803,
        "anomaly": {"ref": "ANO-1", "title": "Fire door", "site": "École"},
        "depositor": "A. Martin",
    }
    assert "anomaly" not in receipt.Circumstances(clock_error=0).to_json()
    assert receipt.Circumstances(clock_error=0).to_json() == {"clock_error_seconds": 0}


def test_an_uploaded_file_has_every_field() -> None:
    upload = an_upload(
        state=UploadState.UPLOADED,
        reason=Reason(Code.STORAGE_BUSY, detail="of an earlier attempt"),
        service_id="1001",
        sha256="ab" * 32,
        uploaded_at=1_741_768_230.1239,
        attempts=2,
        may_be_registered_twice=True,
    )
    (file,) = built(upload)["files"]
    assert list(file) == FILE_KEYS
    assert file == {
        "path": "/evidence/porte coupée.jpg",
        "name": "porte coupée.jpg",
        "mime_type": "image/jpeg",
        "size": 2_500_000,
        "sha256": "ab" * 32,
        "upload_id": upload.upload_id,
        "id": "1001",
        "state": "uploaded",
        "attempts": 2,
        "uploaded_at": "2025-03-12T08:30:30.123Z",
        "reason": None,
        "may_be_registered_twice": True,
    }


def test_what_is_not_known_is_null() -> None:
    reason = Reason(Code.TYPE_NOT_ACCEPTED, detail="HEIC")
    upload = an_upload(source=a_source(media_type=None), state=UploadState.REFUSED, reason=reason)
    (file,) = built(upload)["files"]
    assert [key for key in FILE_KEYS if file[key] is None] == ["mime_type", "sha256", "id", "uploaded_at"]
    assert file["reason"] == {"code": "type_not_accepted", "message": "said: type_not_accepted"}


@pytest.mark.parametrize(
    ("state", "reason", "code"),
    [
        (UploadState.QUEUED, None, "interrupted"),
        (UploadState.UPLOADING, None, "interrupted"),
        (UploadState.QUEUED, Reason(Code.OFFLINE), "offline"),
        (UploadState.REGISTERED, Reason(Code.SIGN_IN), "sign_in"),
        (UploadState.RETRYING, Reason(Code.STALLED), "stalled"),
        (UploadState.FAILED, Reason(Code.MISSING), "missing"),
        (UploadState.SKIPPED, Reason(Code.ALREADY_UPLOADED), "already_uploaded"),
        (UploadState.CANCELLED, None, "cancelled"),
        (UploadState.CANCELLED, Reason(Code.STORAGE_BUSY), "cancelled"),
    ],
)
def test_every_file_that_did_not_arrive_has_a_reason(state: UploadState, reason: Reason | None, code: str) -> None:
    (file,) = built(an_upload(state=state, reason=reason))["files"]
    assert file["reason"] == {"code": code, "message": f"said: {code}"}


def test_the_totals_count_each_state_and_the_bytes_that_arrived() -> None:
    uploads = [an_upload(state=state, source=a_source(size=3)) for state in UploadState]
    uploads.append(an_upload(state=UploadState.UPLOADED, source=a_source(size=4)))
    made = built(*uploads, junk=9)
    assert made["totals"] == dict(zip(TOTAL_KEYS, (14, 2, 1, 1, 1, 1, 8, 9, 7), strict=True))
    states = [upload.state for upload in uploads]
    assert [file["state"] for file in made["files"]] == ["pending" if one in PENDING else one.value for one in states]
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code.value) for code in Code)  # words that a script can rely on


def test_no_file_arrives_before_it_began_or_after_it_ended_whatever_clocks_say() -> None:
    early, late = (an_upload(state=UploadState.UPLOADED, uploaded_at=1_741_768_200.0 + at) for at in (-60.0, 3600.0))
    made = receipt_of(early, late)
    assert (made.started_at, made.finished_at) == (early.uploaded_at, late.uploaded_at)


def test_a_file_from_another_program_has_a_source_and_no_path() -> None:
    fetched = an_upload(state=UploadState.UPLOADED)
    fetched.origin = Origin.OUTLOOK
    own, outlook = built(an_upload(), fetched)["files"]
    assert "source" not in own
    assert (outlook["source"], "path" in outlook) == ("from Outlook", False)


def test_it_is_written_as_readable_utf8(tmp_path: Path) -> None:
    made = receipt_of(an_upload())
    receipt.write(made, tmp_path / "receipt.json")
    text = (tmp_path / "receipt.json").read_text("utf-8")
    assert "porte coupée.jpg" in text
    assert text.endswith("}\n")
    assert json.loads(text) == made.to_json()
    assert [path.name for path in tmp_path.iterdir()] == ["receipt.json"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"/evidence/caf\xe9 \xf0\x9f\x93\xb7.jpg", "/evidence/caf\\udce9 📷.jpg"),
        (b"/evidence/\xed\xa0\xbd.jpg", "/evidence/\\udced\\udca0\\udcbd.jpg"),
        (b'/evidence/a\n\t"\\\x01\x7f\xe2\x80\xa8.jpg', '/evidence/a\n\t"\\\x01\x7f\u2028.jpg'),
    ],
)
def test_strict_readers_of_json_take_whatever_a_file_is_called(raw: bytes, shown: str, tmp_path: Path) -> None:
    path, odd = Path(os.fsdecode(raw)), "\ud83d.jpg"
    reason = Reason(Code.URL_REFUSED, Variant.PLACE_TAKEN, odd)
    source = replace(a_source(), path=path, name=odd)
    substitute = Substitute(replace(source, name="b.jpg"), "ab" * 32)
    upload = an_upload(source=source, state=UploadState.FAILED, reason=reason, substitute=substitute)
    told = receipt.file_of(upload, lambda reason: f"said: {reason.detail}")
    receipt.write(receipt.Receipt("uploader-gui 1.2.3", "42", 0.0, 1.0, (told,)), tmp_path / "receipt.json")
    text = (tmp_path / "receipt.json").read_bytes().decode("utf-8", "strict")
    assert not re.search(r"\\u[dD][89a-fA-F]", re.sub(r"\\\\", "", text))
    (file,) = json.loads(text)["files"]
    assert file["path"] == shown
    assert bytes.fromhex(file.get("path_bytes", raw.hex())) == raw
    assert ("path_bytes" in file) is ("udc" in shown)
    assert (file["reason"]["message"], file["original"]["name"]) == ("said: \\ud83d.jpg", "\\ud83d.jpg")


@pytest.mark.parametrize("name", ["r" * 250 + ".json", "receipt"])
def test_any_name_the_disk_takes_can_be_its_name(tmp_path: Path, name: str) -> None:
    receipt.write(receipt_of(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="it is of coreutils")
def test_sha256sum_checks_the_folder_whatever_its_files_are_called(tmp_path: Path) -> None:
    names = [
        b"a.jpg", b"sub/b c.jpg", b"sub/ d*.jpg", b"back\\slash.jpg", b"new\nline.jpg", b"\\n.jpg", b"caf\xe9.jpg",
        b"\r.jpg",
    ]  # fmt: skip
    uploads = []
    for name in names:
        path = tmp_path / "evidence" / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name)
        sha256 = hashlib.sha256(name).hexdigest()
        uploads.append(an_upload(source=replace(a_source(), path=path), sha256=sha256, state=UploadState.UPLOADED))
    made = Substitute(a_source("a.jpg"), hashlib.sha256(names[0]).hexdigest())
    uploads[0] = replace(uploads[0], sha256="ab" * 32, substitute=made)
    nowhere = an_upload(source=a_source(), sha256="ab" * 32, origin=Origin.PHONE, state=UploadState.UPLOADED)
    sums = receipt.sha256sums(receipt_of(*uploads, an_upload(state=UploadState.REFUSED), nowhere))

    def checked() -> tuple[int, bytes, bytes]:
        check = ["env", "LC_ALL=C", "sha256sum", "--check", "--strict", "--quiet", "-"]
        ran = subprocess.run(check, cwd=tmp_path / "evidence", input=sums, check=False, capture_output=True)
        return ran.returncode, ran.stdout, ran.stderr

    assert checked() == (0, b"", b"")
    assert sums.count(b"\n") == len(names)
    (tmp_path / "evidence" / "a.jpg").write_bytes(b"changed")
    assert checked()[:2] == (1, b"a.jpg: FAILED\n")
    assert receipt.sha256sums(receipt_of()) == b""


def test_a_write_that_fails_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    receipt.write(receipt_of(), path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        receipt.save("no bytes", path)  # type: ignore[arg-type]  # fails once the temporary file is open
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_where_it_cannot_be_written_the_system_says_why(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match=re.escape(os.strerror(errno.EISDIR))):
        receipt.write(receipt_of(), tmp_path / "folder")
    with pytest.raises(FileNotFoundError, match=re.escape(os.strerror(errno.ENOENT))):
        receipt.write(receipt_of(), tmp_path / "gone" / "receipt.json")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_an_older_one_is_replaced_and_a_link_stays_a_link_to_the_new_one(tmp_path: Path) -> None:
    link, written = tmp_path / "receipt.json", tmp_path / "elsewhere" / "written.json"
    written.parent.mkdir()
    link.symlink_to(Path("elsewhere") / "written.json")
    for junk in (2, 3):
        receipt.write(receipt_of(junk=junk), link)
        assert link.is_symlink()
        assert json.loads(written.read_bytes())["totals"]["junk"] == junk


def test_what_is_no_file_is_written_into_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    receipt.write(receipt_of(junk=3), pipe)
    assert json.loads(os.read(end, 65536))["totals"]["junk"] == 3
    os.close(end)
    assert pipe.is_fifo()
