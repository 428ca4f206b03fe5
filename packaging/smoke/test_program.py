"""The program does its job, wherever it was built for: the Linux bundle, and the Windows program under Wine."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from smoke.dragging import DragSource
from smoke.program import receipt_in
from smoke.screen import PATIENCE
from tests.support.pictures import CRASHING, HEIC
from tests.support.storage_faults import StoreThenSilence

if TYPE_CHECKING:
    from pathlib import Path

    from smoke.program import Built
    from smoke.screen import Screen
    from tests.support.files import Files
    from tests.support.raw_http import RawRequest
    from tests.support.scripted_storage import ScriptedStorage
    from tests.support.strict_api import StrictApi

DECODER = b"--decode-pictures"


def test_dragged_files_end_as_uploaded_rows_and_the_window_closes_cleanly(
    *,
    program: Built,
    screen: Screen,
    files: Files,
    storage: ScriptedStorage,
    api: StrictApi,
    pictures: Path,
    tmp_path: Path,
) -> None:
    evidence = [files.make(f"étage {n:02} #{n}% 📷.jpg", size=20_000 * n) for n in range(1, 26)]
    report = tmp_path / "receipt.json"
    running = program.start("--anomaly", "4217", "--report", report)
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    with DragSource(screen, evidence) as source:
        source.drag_onto(window)
        screen.wait_until(lambda: len(program.states()) == len(evidence))
    screen.press_primary_button(window, lambda: list(program.states().values()) == ["uploaded"] * 25)
    screen.shoot(pictures / f"{program.name}-uploaded.png")
    assert program.close(running, window, screen) == 0, program.said
    assert [len(call.upload_ids) for call in api.calls] == [20, 5]
    receipt = receipt_in(report)
    assert {row["path"]: row["state"] for row in receipt["files"]} == {
        program.spelled(path): "uploaded" for path in evidence
    }
    assert {stored.sha256 for stored in storage.objects.values()} == {row["sha256"] for row in receipt["files"]}
    assert program.said == ""


def test_later_starts_hand_their_files_to_the_window_that_is_open(
    program: Built, screen: Screen, files: Files, storage: ScriptedStorage
) -> None:
    first, second, third = (files.make(name) for name in ("rapport.pdf", "photo.png", "plan #2.svg"))
    running = program.start("--anomaly", "4217", first)
    window = screen.window_of(running.pid)
    screen.wait_until(lambda: len(program.states()) == 1)
    assert program.finish(program.start(second.name, cwd=files.folder)) == 0, program.said
    assert program.finish(program.start(third, "--anomaly", "4218", "--start", cwd=files.folder)) == 0, program.said
    screen.wait_until(lambda: program.states().get(program.spelled(third)) == "uploaded")
    everything = {program.spelled(path): "uploaded" for path in (first, second, third)}
    screen.press_primary_button(window, lambda: program.states() == everything)  # the third alone went at once
    assert program.close(running, window, screen) == 0, program.said
    assert sorted(key.split("/")[0] for key in storage.objects) == ["4217", "4217", "4218"]


def test_what_is_killed_in_the_middle_goes_on_at_the_next_start(
    program: Built, screen: Screen, files: Files, storage: ScriptedStorage, api: StrictApi
) -> None:
    evidence = [files.make(f"preuve {n}.pdf", size=300_000 + n) for n in range(30)]
    seen: list[str] = []

    def stuck(key: str, _attempt: int, _request: RawRequest) -> StoreThenSilence | None:
        seen.append(key)
        return StoreThenSilence() if len(seen) in range(8, 14) else None

    storage.fault = stuck
    running = program.start("--anomaly", "4217", "--start", *evidence)
    screen.wait_until(lambda: len(program.states()) == len(evidence))
    storage.wait_for_puts(12, timeout=PATIENCE)
    running.kill()
    program.finish(running)
    storage.release()
    storage.fault = lambda _key, _attempt, _request: None
    assert "uploaded" in program.states().values()
    again = program.start()
    window = screen.window_of(again.pid)
    screen.press_primary_button(window, lambda: list(program.states().values()) == ["uploaded"] * len(evidence))
    assert program.close(again, window, screen) == 0, program.said
    ids = [record.upload_id for record in api.registered]
    assert len(set(ids)) == len(evidence)
    assert {one for one in ids if ids.count(one) > 1} <= program.maybe_twice()
    assert {stored.size for stored in storage.objects.values()} == {path.stat().st_size for path in evidence}


def test_a_terminal_sees_it_work_and_ctrl_c_leaves_a_receipt(
    program: Built, files: Files, storage: ScriptedStorage, tmp_path: Path
) -> None:
    program.without_screen()
    paths = [files.make(f"rapport {n}.pdf", size=100_000) for n in range(6)]
    report = tmp_path / "receipt.json"
    storage.fault = lambda _key, _attempt, _request: StoreThenSilence() if len(storage.objects) > 1 else None
    terminal = program.in_terminal("--headless", "--anomaly", "4217", "--report", report, *paths)
    storage.wait_for_puts(3, timeout=PATIENCE)
    terminal.press_ctrl_c()
    assert terminal.ended() == 130, terminal.said
    states = {row["path"]: row["state"] for row in receipt_in(report)["files"]}
    assert set(states) == {program.spelled(path) for path in paths}


def test_it_works_without_a_screen(program: Built, files: Files, storage: ScriptedStorage) -> None:
    program.without_screen()
    paths = [files.make("rapport.pdf"), files.make("photo.png")]
    code, said = program.run("--headless", "--anomaly", "4217", *paths)
    assert (code, len(storage.objects)) == (0, 2), said


def test_a_refused_file_is_told_and_counts_in_the_exit_code(
    program: Built, files: Files, storage: ScriptedStorage
) -> None:
    program.without_screen()
    paths = [files.make("rapport.pdf"), files.make("film.mov", content=b"\0\0\0\x14ftypqt  " + bytes(100))]
    code, said = program.run("--headless", "--anomaly", "4217", *paths)
    assert (code, len(storage.objects)) == (1, 1), said
    assert "film.mov" in said


def test_a_picture_that_ends_the_decoder_fails_alone(program: Built, files: Files, storage: ScriptedStorage) -> None:
    program.without_screen()
    files.make("IMG_0002.heic", content=CRASHING.read_bytes())
    files.make("sound.heic", content=HEIC.read_bytes())
    code, said = program.run("--headless", "--anomaly", "4217", "--convert", files.folder)
    assert (code, len(storage.objects)) == (1, 1), said
    (stored,) = storage.objects.values()
    assert (stored.data or b"").startswith(b"\xff\xd8\xff")


def test_the_decoder_of_pictures_ends_with_the_program(
    program: Built, screen: Screen, files: Files, api: StrictApi
) -> None:
    program.without_screen()
    for number in range(4):
        files.make(f"plan {number}.bmp", content=bitmap(4000, 3000))
    running = program.begin("--headless", "--anomaly", "4217", "--convert", files.folder)
    screen.wait_until(lambda: program.processes(DECODER) != [])
    api.wait_for_calls(1, timeout=PATIENCE)  # it has made one of them: Wine ends nothing that is only being started
    running.kill()
    program.finish(running)
    screen.wait_until(lambda: program.processes(DECODER) == [])


def bitmap(width: int, height: int) -> bytes:
    """Return a picture that takes a while to convert."""
    pixels = bytes(width * height * 3)
    facts = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + facts + pixels


def test_the_demonstration_needs_neither_tokens_nor_network(program: Built) -> None:
    program.without_screen()
    for name in ("UPLOADER_API_URL", "UPLOADER_BEARER_TOKEN", "UPLOADER_SESSION_TOKEN"):
        del program.environment[name]
    code, said = program.run("--headless", "--demo")
    assert code == 0, said
    assert "44 uploaded" in said


def test_a_wrong_option_is_told_in_one_sentence(program: Built) -> None:
    program.without_screen()
    code, said = program.run("--headles")
    assert (code, len(said.splitlines())) == (2, 1), said
    assert "--headles" in said


def test_it_finds_everything_it_relies_on(program: Built) -> None:
    program.without_screen()
    code, said = program.run("--self-test")
    assert code == 0, said
    told = {line[7:].partition(":")[0]: line[:6].strip() for line in said.splitlines()[1:]}
    assert {what for what, verdict in told.items() if verdict != "ok"} <= program.may_lack, said
    assert len(told) == 8, said


def test_it_says_what_it_is(program: Built) -> None:
    code, said = program.run("--version")
    assert (code, said.split()[0]) == (0, "uploader-gui")


def test_it_speaks_french_where_that_is_set(program: Built) -> None:
    program.without_screen()
    program.journal.parent.mkdir(parents=True)
    (program.journal.parent / "settings.json").write_text('{"language": "fr"}', "utf-8")
    code, said = program.run("--help")
    assert code == 0, said
    assert "aide" in said
