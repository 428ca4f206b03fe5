"""The whole window at its main job: dropped files end as rows that say Uploaded, because the bytes are stored."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.files import Files
from tests.support.s3_servers import RcloneS3, SwiftS3
from tests.support.scripted_storage import ScriptedStorage
from tests.support.server_environment import FIRST_USE
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.sandbox_session import demo_command


def test_try_it_with_sample_files_opens_this_program_on_the_sandbox_and_stores_what_is_accepted(tmp_path: Path) -> None:
    """The command itself; that it is started is seen by what it does, for it is to stay open."""
    assert demo_command(bundled=True) == [sys.executable, "--demo"]  # a bundle is its own program
    report = tmp_path / "receipt.json"
    ended = subprocess.run(
        [*demo_command(bundled=False), "--quit-when-done", "--report", str(report)],
        capture_output=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert ended.returncode == 0
    receipt = json.loads(report.read_text("utf-8"))
    totals = receipt["totals"]
    assert receipt["anomaly_id"] == "DEMO-1"
    assert (totals["uploaded"], totals["refused"], totals["files"]) == (44, 1, 45)


def test_a_trial_in_a_window_forgives_its_own_refused_sample_alone(files: Files) -> None:
    command = [*demo_command(bundled=False), "--quit-when-done", str(files.make("a.exe"))]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 1


def run(*arguments: str, **variables: str) -> None:
    """Run the program with a window; it must end well and say nothing (but for what Qt says offscreen)."""
    ended = subprocess.run(
        [sys.executable, "-m", "uploader_gui", "--quit-when-done", *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in ended.stderr.splitlines() if not line.startswith("This plugin does not support")]
    assert (ended.returncode, said) == (0, [])


@FIRST_USE
@pytest.mark.parametrize("server", ["rclone_s3", "swift_s3"])
def test_the_program_with_its_window_sends_to_a_real_s3_server(
    server: str, request: pytest.FixtureRequest, files: Files, tmp_path: Path
) -> None:
    s3: RcloneS3 | SwiftS3 = request.getfixturevalue(server)
    paths = [files.make(f"étage {n} #{n}%.jpg", size=1000 * n) for n in range(1, 24)]
    with StrictApi(lambda upload, _: s3.presign(f"window/{upload['uploadId']}", upload["mimeType"])) as api:
        run("-a", "4217", "--start", "--report", str(tmp_path / "receipt.json"), *map(str, paths), **api.environment)
    receipt = json.loads((tmp_path / "receipt.json").read_text("utf-8"))
    assert receipt["totals"]["uploaded"] == 23
    for row in receipt["files"]:
        assert hashlib.sha256(s3.read(f"window/{row['upload_id']}")).hexdigest() == row["sha256"]


def test_the_receipt_of_an_earlier_window_in_the_folder_that_is_sent_is_no_evidence(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    folder = files.make("folder/a.jpg").parent
    report = folder / "receipt.json"
    for _ in range(2):
        run("-a", "4217", "--start", "--report", str(report), str(folder), **strict_api.environment)
        assert [row["name"] for row in json.loads(report.read_text("utf-8"))["files"]] == ["a.jpg"]
    assert len(scripted_storage.objects) == 1


def test_a_journal_of_a_newer_version_ends_a_window_that_is_to_leave_by_itself() -> None:
    Path(os.environ["UPLOADER_DATA_DIR"]).mkdir()
    with closing(sqlite3.connect(Path(os.environ["UPLOADER_DATA_DIR"]) / "journal.sqlite")) as journal:
        journal.execute("PRAGMA user_version = 99")
    command = [sys.executable, "-m", "uploader_gui", "-a", "42", "--start", "--quit-when-done", "a.txt"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "written by a newer version of this program" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_window_with_130_and_a_receipt(
    number: signal.Signals, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    report = tmp_path / "receipt.json"
    arguments = ("-a", "4217", "--start", "--report", str(report), str(files.make("a.jpg")))
    command = [sys.executable, "-m", "uploader_gui", *arguments]
    with subprocess.Popen(command, env=os.environ | strict_api.environment, stderr=subprocess.PIPE) as window:
        scripted_storage.wait_for_puts(1)
        window.send_signal(number)
        window.communicate(timeout=60)
    assert window.returncode == 130
    (row,) = json.loads(report.read_text("utf-8"))["files"]
    assert (row["state"], row["reason"]["code"]) == ("pending", "interrupted")


def test_what_a_later_start_wants_done_with_its_files_holds_for_them(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    film = b"\0\0\0\x18ftypisom" + b"film" * 1000
    report = tmp_path / "receipt.json"
    variables = os.environ | strict_api.environment
    command = [sys.executable, "-m", "uploader_gui", "-a", "4217", "--start"]
    first = [*command, "--report", str(report), str(files.make("a.jpg"))]
    with subprocess.Popen(first, env=variables, stderr=subprocess.PIPE) as window:
        scripted_storage.wait_for_puts(1)
        for number, options in enumerate(([], ["--zip"])):
            later = [*command, *options, str(files.make(f"{number}.mp4", content=film + bytes([number])))]
            ended = subprocess.run(later, env=variables, capture_output=True, text=True, timeout=60, check=False)
            assert (ended.returncode, "handed over" in ended.stderr) == (0, True), ended
        scripted_storage.wait_for_puts(2)
        window.send_signal(signal.SIGTERM)
        window.communicate(timeout=60)
    rows = {row["path"].rpartition("/")[2]: row for row in json.loads(report.read_text("utf-8"))["files"]}
    assert sorted(upload.name for upload in strict_api.registered) == ["1.mp4.zip", "a.jpg"]
    assert rows["0.mp4"]["state"] == "refused"


def test_what_a_later_start_would_send_elsewhere_is_not_taken(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    report = tmp_path / "receipt.json"
    here = os.environ | strict_api.environment
    command = [sys.executable, "-m", "uploader_gui", "-a", "4217", "--start"]
    first = [*command, "--report", str(report), str(files.make("a.jpg"))]
    with subprocess.Popen(first, env=here, stderr=subprocess.PIPE) as window:
        strict_api.wait_for_calls(1)
        for server, code in ((f"{strict_api.url}/", 0), (f"{strict_api.url}/other", 2), ("", 2)):
            given = [str(files.make(f"{code}{len(server)}.jpg"))] if server else []  # or only its number
            there = here | {"UPLOADER_API_URL": server}
            ended = subprocess.run(
                [*command, *given], env=there, capture_output=True, text=True, timeout=60, check=False
            )
            assert (ended.returncode, "sends to another server" in ended.stderr) == (code, bool(code)), ended
        window.send_signal(signal.SIGTERM)
        window.communicate(timeout=60)
    names = {upload.name for upload in strict_api.registered}
    assert not any(name.startswith("2") for name in names)
    assert len(json.loads(report.read_text("utf-8"))["files"]) == 2
