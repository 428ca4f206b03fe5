"""Every option and setting as a script meets it: what is sent where, in which batches, and what the terminal shows."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.e2e.program import Program
from tests.support import api_faults, storage_faults
from tests.support.files import Files
from tests.support.locales import IN_ASCII
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import SlowRead, StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui import __version__
from uploader_gui.command_line import ExitCode

OPTIONS = (
    *("--anomaly", "--start", "--quit-when-done", "--report", "--headless", "--again", "--sandbox", "--demo"),
    *("--version", "--help", "PATH"),
)


def test_help_names_every_option_and_every_exit_code(program: Program) -> None:
    ended = program.run("--help")
    assert (ended.code, ended.err) == (0, "")
    assert all(option in ended.out for option in OPTIONS)
    named = re.search("Exit codes: (.*)", " ".join(ended.out.split()))
    assert named is not None
    assert {int(code) for code in re.findall(r"\d+", named[1])} == set(ExitCode)


def test_version_is_one_line(program: Program) -> None:
    ended = program.run("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"uploader-gui {__version__}\n", "")


def test_45_files_are_registered_as_20_20_and_5_under_their_anomaly(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    for n in range(45):
        files.make(f"drop/{n:02}.jpg", size=1000 + n)
    ended = program.send(files.folder / "drop", anomaly="A-7_b")
    assert (ended.code, ended.totals["uploaded"]) == (0, 45)
    assert [len(call.upload_ids) for call in strict_api.calls] == [20, 20, 5]
    assert {call.request.target for call in strict_api.calls} == {"/main/anomalies/v2/rs/A-7_b/images"}
    assert len(scripted_storage.objects) == 45


def test_tokens_go_to_the_service_alone_in_their_two_headers(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    program.send(files.make("a.jpg"))
    (call,) = strict_api.calls
    assert call.request.all("Authorization") == ["Bearer bearer-for-tests"]
    assert call.request.all("X-Session-Token") == ["session-for-tests"]
    (put,) = scripted_storage.puts
    whole = put.target + repr(put.request.headers)
    assert "bearer-for-tests" not in whole
    assert "session-for-tests" not in whole
    assert {name.lower() for name, _ in put.request.headers} == {
        *("host", "content-length", "content-type", "user-agent", "accept", "accept-encoding", "connection")
    }


def test_a_pasted_bearer_is_no_part_of_the_token(program: Program, strict_api: StrictApi, files: Files) -> None:
    ended = program.send(files.make("a.jpg"), UPLOADER_BEARER_TOKEN=" Bearer bearer-for-tests\n")
    assert ended.code == 0
    assert strict_api.calls[0].request.header("Authorization") == "Bearer bearer-for-tests"


@pytest.mark.parametrize(("unit", "size"), [("Mo", 4), ("bytes", 3_000_001)])
def test_sizes_are_told_in_the_unit_of_the_settings(
    unit: str, size: int, program: Program, strict_api: StrictApi, files: Files
) -> None:
    strict_api.size_unit = unit
    strict_api.file_sizes = {"a.jpg": 3_000_001}
    assert program.send(files.make("a.jpg", size=3_000_001), UPLOADER_SIZE_UNIT=unit).code == 0
    assert strict_api.registered[0].size == size


def test_the_environment_is_over_the_file_and_the_file_over_the_defaults(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    """How many transfers run at once tells which setting holds; the service's address stands in the file alone."""
    program.data.mkdir(parents=True)
    saved = {"api_url": strict_api.url, "max_concurrent_uploads": 2, "size_unit": "bytes"}
    (program.data / "settings.json").write_text(json.dumps(saved), "utf-8")
    strict_api.size_unit = "bytes"
    paths = [files.make(f"{n}.jpg", size=1000 + n) for n in range(5)]
    strict_api.file_sizes = {path.name: path.stat().st_size for path in paths}
    scripted_storage.fault = lambda _key, _attempt, _request: SlowRead(5_000)
    assert program.send(*paths, UPLOADER_API_URL=None).code == 0
    assert _most_at_once(scripted_storage) == 2
    scripted_storage.puts.clear()
    again = program.send("--again", *paths, UPLOADER_API_URL=None, UPLOADER_MAX_CONCURRENT_UPLOADS="3")
    assert again.code == 0
    assert _most_at_once(scripted_storage) == 3


def test_no_token_is_ever_a_saved_setting(program: Program, files: Files) -> None:
    program.data.mkdir(parents=True)
    (program.data / "settings.json").write_text('{"bearer_token": "b", "session_token": "s"}', "utf-8")
    ended = program.send(files.make("a.jpg"), UPLOADER_BEARER_TOKEN=None, UPLOADER_SESSION_TOKEN=None)
    assert ended.code == 2


def test_refused_tokens_end_a_run_with_what_was_registered_sent_and_the_rest_pending(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    strict_api.fault = lambda number, _call: api_faults.refusal(401, "expired") if number >= 3 else None
    ended = program.send(*(files.make(f"{n}.jpg", size=500 + n) for n in range(60)))
    assert (ended.code, ended.totals["uploaded"], ended.totals["pending"]) == (1, 40, 20)
    assert {row["reason"]["code"] for row in ended.files.values() if row["reason"]} == {"sign_in"}
    assert len(scripted_storage.objects) == 40
    assert ended.err == ""
    strict_api.fault = lambda _number, _call: None
    rest = program.send()
    assert (rest.code, rest.totals["files"], rest.totals["uploaded"]) == (0, 20, 20)
    assert len(scripted_storage.objects) == len(strict_api.registered) == 60


def test_being_offline_for_too_long_ends_a_run(program: Program, strict_api: StrictApi, files: Files) -> None:
    strict_api.stop()
    ended = program.send(files.make("a.jpg"), UPLOADER_OFFLINE_LIMIT="1")
    assert (ended.code, ended.only["state"], ended.only["reason"]["code"]) == (1, "pending", "offline")
    assert ended.only["attempts"] == 0
    assert "The server does not answer." in ended.out
    assert "Try again in a few minutes." in ended.out.splitlines()[-2]  # why it gave up
    assert "offline" not in ended.out.lower()


def test_the_demo_ends_well_without_tokens_and_leaves_nothing_behind(program: Program) -> None:
    ended = program.run(
        "--headless", "--demo", "--report", "{report}", UPLOADER_BEARER_TOKEN=None, UPLOADER_SESSION_TOKEN=None
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.receipt is not None
    assert ended.receipt["anomaly_id"] == "DEMO-1"
    assert (ended.totals["uploaded"], ended.totals["refused"]) == (44, 1)
    assert ended.out.splitlines()[-2] == "45 files: 44 uploaded (trial), 1 refused"
    assert not program.data.exists()


def test_the_demo_forgives_its_own_refused_sample_alone(program: Program, files: Files) -> None:
    good = program.run("--headless", "--demo", "--report", "{report}", files.make("a.jpg"))
    assert (good.code, good.totals["uploaded"], good.totals["refused"]) == (0, 45, 1)
    bad = program.run("--headless", "--demo", "--report", "{report}", files.make("a.exe"))
    assert (bad.code, bad.totals["refused"]) == (1, 2)


def test_the_sandbox_takes_files_and_remembers_none(program: Program, strict_api: StrictApi, files: Files) -> None:
    path = files.make("a.jpg")
    for _ in range(2):
        ended = program.run("--headless", "--sandbox", "--anomaly", "42", "--report", "{report}", path)
        assert (ended.code, ended.only["state"]) == (0, "uploaded")
    assert strict_api.connections_made == 0


@pytest.mark.parametrize("display", [None, ":4711"])
def test_without_a_display_files_for_an_anomaly_are_sent_headless_and_it_says_so(
    display: str | None, program: Program, files: Files
) -> None:
    nowhere = {"DISPLAY": display, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None}
    ended = program.run("--anomaly", "42", "--report", "{report}", files.make("a.jpg"), **nowhere)
    assert (ended.code, ended.only["state"]) == (0, "uploaded")
    assert ended.err == "uploader-gui: Running without a window. There is no display.\n"


def test_piped_output_is_plain_lines(program: Program, scripted_storage: ScriptedStorage, files: Files) -> None:
    scripted_storage.fault = lambda _key, attempt, _request: storage_faults.slow_down("0") if attempt == 1 else None
    ended = program.send(
        files.make("été.jpg"), files.make("a.heic", content=b"\0\0\0\x18ftypheic"), files.make("Thumbs.db")
    )
    assert ended.code == 1
    assert "\r" not in ended.out
    assert "\x1b" not in ended.out
    assert {"uploaded  été.jpg", "2 files: 1 uploaded, 1 refused"} <= set(ended.out.splitlines())
    assert any(line.startswith("refused  a.heic: ") for line in ended.out.splitlines())


@IN_ASCII
def test_a_terminal_of_ascii_alone_does_not_break_a_run(program: Program, files: Files) -> None:
    ended = program.send(files.make("été 🔥.jpg"), PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert (ended.code, ended.err) == (0, "")


def test_a_terminal_shows_one_rewritten_line_of_counts_bytes_speed_and_time_left(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = files.make("a.jpg", size=20_000_000)
    scripted_storage.fault = lambda _key, _attempt, _request: SlowRead(5_000_000)
    shown = program.on_a_terminal("--headless", "--anomaly", "42", path)
    line = re.compile(r"\r0 of 1 files? · [\d.]+\sMB of 20.0\sMB · [\d.]+\sMB/s · \d+\ss left")
    assert line.search(shown), shown
    assert shown.replace("\r\n", "\n").count("\n") == 1  # the summary alone stays
    assert re.search("1 files?: 1 uploaded", shown)


def test_a_reader_that_went_away_does_not_stop_the_sending(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    """As with `uploader-gui … | head -1`."""
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    reader, writer = os.pipe()
    command = [
        sys.executable,
        *program.command,
        "--headless",
        "--anomaly",
        "42",
        *(str(files.make(f"{n}.jpg")) for n in "ab"),
    ]
    process = subprocess.Popen(command, env=os.environ | program.environment, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    scripted_storage.wait_for_puts(2)
    os.close(reader)
    scripted_storage.release()
    _, said = process.communicate(timeout=60.0)
    assert (process.returncode, said) == (0, b"")
    assert len(scripted_storage.objects) == 2


def _most_at_once(storage: ScriptedStorage) -> int:
    moments = [(put.arrived, 1) for put in storage.puts] + [(put.answered or 0.0, -1) for put in storage.puts]
    running = most = 0
    for _, change in sorted(moments):
        running += change
        most = max(most, running)
    return most
