"""What only the Windows program has to do: two programs instead of one, boxes, odd paths, locked files."""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from smoke.program import receipt_in
from smoke.screen import PATIENCE
from smoke.test_program import DECODER
from smoke.under_wine import OPEN_WITH, UnderWine, Windows
from tests.support.pictures import HEIC
from tests.support.storage_faults import StoreThenSilence
from wine.machine import windows_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from smoke.screen import Screen
    from tests.support.files import Files
    from tests.support.raw_http import RawRequest
    from tests.support.scripted_storage import ScriptedStorage
    from tests.support.strict_api import StrictApi


@pytest.fixture
def program(windows: Windows, screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[UnderWine]:
    """Return the installed program."""
    made = UnderWine(windows, tmp_path / "person", DISPLAY=screen.display, **given)
    yield made
    made.end_all()


@pytest.mark.parametrize(
    ("option", "code", "told"),
    [("--help", 0, "--anomaly"), ("--version", 0, "uploader-gui "), ("--headles", 2, "--headles")],
)
def test_the_window_program_says_in_a_box_what_it_has_no_console_for(
    windows: Windows, program: UnderWine, option: str, code: int, told: str
) -> None:
    running = program.start_without_streams(option)
    text = windows.inside("box", "uploader-gui")
    assert told in text
    assert program.finish(running) == code


def test_ctrl_break_leaves_a_receipt(
    windows: Windows, program: UnderWine, files: Files, storage: ScriptedStorage, tmp_path: Path
) -> None:
    program.without_screen()
    paths = [files.make(f"rapport {n}.pdf", size=100_000) for n in range(6)]
    report, now = tmp_path / "receipt.json", tmp_path / "now"
    storage.fault = lambda _key, _attempt, _request: StoreThenSilence() if len(storage.objects) > 1 else None
    program.console = windows.helper("break", program.spelled(now), *program.console[1:])
    running = program.begin("--headless", "--anomaly", "4217", "--report", report, *paths)
    storage.wait_for_puts(3, timeout=PATIENCE)
    now.touch()
    assert program.finish(running) == 130, program.said
    assert {row["path"] for row in receipt_in(report)["files"]} == set(map(program.spelled, paths))


def test_odd_names_and_long_paths_arrive(program: UnderWine, files: Files, storage: ScriptedStorage) -> None:
    program.without_screen()
    long = files.make("/".join(["dossier de pièces assez long pour la limite"] * 7) + "/preuve.pdf")
    odd = [
        files.make("share/aux.jpg"),
        files.make("share/nul.txt"),
        files.make("share/name."),
        files.make("share/a .pdf"),
    ]
    assert len(program.spelled(long)) > 300
    code, said = program.run("--headless", "--anomaly", "4217", files.folder)
    names = {stored.split("/")[-1] for stored in storage.objects}
    assert {"preuve.pdf", "aux.jpg", "nul.txt", "a .pdf"} <= names, said
    assert code == 1
    assert odd[2].name in said


def test_two_spellings_of_a_path_are_one_file(program: UnderWine, files: Files, storage: ScriptedStorage) -> None:
    program.without_screen()
    path = files.make("Rapport.pdf")
    plain = program.spelled(path)
    spellings = (plain, f"\\\\?\\{plain}", plain.replace("\\", "/"), plain.upper())
    code, said = program.run("--headless", "--anomaly", "4217", *spellings)
    assert (code, len(storage.objects)) == (0, 1), said


def test_a_file_held_by_another_program_is_told_and_goes_when_it_is_let_go(
    windows: Windows, program: UnderWine, files: Files, storage: ScriptedStorage
) -> None:
    program.without_screen()
    path = files.make("mesures.csv")
    with windows.held(path):
        code, said = program.run("--headless", "--anomaly", "4217", path)
    assert (code, len(storage.objects)) == (1, 0), said
    assert "mesures.csv" in said
    assert "Close it in Excel" in said
    code, said = program.run("--headless", "--anomaly", "4217", path)
    assert (code, len(storage.objects)) == (0, 1), said


def test_a_file_changed_with_its_time_put_back_is_told_as_what_was_sent(
    program: UnderWine, files: Files, storage: ScriptedStorage, tmp_path: Path
) -> None:
    program.without_screen()
    program.environment["UPLOADER_MAX_CONCURRENT_UPLOADS"] = "1"
    paths, report = [files.make(f"{name}.pdf", size=5_000_000) for name in "ab"], tmp_path / "receipt.json"

    def change(_key: str, _attempt: int, _request: RawRequest) -> None:
        for path in paths if len(storage.puts) == 1 else []:  # one of them is being sent, the other waits
            times = path.stat()
            path.write_bytes(path.read_bytes()[:-9] + b"tampered!")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    storage.fault = change
    _, said = program.run("--headless", "--anomaly", "4217", "--report", report, *paths)
    told = {row["sha256"] for row in receipt_in(report)["files"] if row["state"] == "uploaded"}
    assert {stored.sha256 for stored in storage.objects.values()} == told, said


def test_a_deleted_file_is_told_as_gone(program: UnderWine, files: Files, storage: ScriptedStorage) -> None:
    program.without_screen()
    program.environment["UPLOADER_MAX_CONCURRENT_UPLOADS"] = "1"
    paths = [files.make(f"{name}.pdf", size=100_000) for name in "ab"]

    def delete(key: str, _attempt: int, _request: RawRequest) -> None:
        for path in paths:
            if not key.endswith(path.name) and len(storage.puts) == 1:
                path.unlink()

    storage.fault = delete
    code, said = program.run("--headless", "--anomaly", "4217", *paths)
    assert (code, len(storage.objects)) == (1, 1), said


def test_a_file_deleted_while_it_is_sent_arrives_whole_or_is_told_as_gone(
    windows: Windows, program: UnderWine, files: Files, storage: ScriptedStorage, tmp_path: Path
) -> None:
    """Windows keeps a file that is open; on a share, or by another program's wish, it may go all the same."""
    program.without_screen()
    path, report = files.make("rapport.pdf", size=3_000_000), tmp_path / "receipt.json"
    whole = hashlib.sha256(path.read_bytes()).hexdigest()
    told: list[str] = []

    def delete(_key: str, _attempt: int, _request: RawRequest) -> None:
        told.append(windows.inside("delete", windows_path(path)).strip())

    storage.fault = delete
    code, said = program.run("--headless", "--anomaly", "4217", "--report", report, path)
    assert told[0] in {"kept", "deleted"}
    (row,) = receipt_in(report)["files"]
    assert (code, row["state"]) == (0, "uploaded") if storage.objects else (1, "failed"), said
    assert {stored.sha256 for stored in storage.objects.values()} <= {whole}


def test_files_on_a_share_are_sent_from_their_unc_path(
    windows: Windows, program: UnderWine, files: Files, storage: ScriptedStorage, tmp_path: Path
) -> None:
    program.without_screen()
    files.make("rapport.pdf")
    report = tmp_path / "receipt.json"
    with windows.share("nas", "dossiers", files.folder) as share:
        code, said = program.run("--headless", "--anomaly", "4217", "--report", report, f"{share}\\rapport.pdf")
    assert (code, len(storage.objects)) == (0, 1), said
    assert [row["path"] for row in receipt_in(report)["files"]] == [f"{share}\\rapport.pdf"]


def test_a_share_that_is_away_holds_up_nothing_else(program: UnderWine, files: Files, storage: ScriptedStorage) -> None:
    program.without_screen()
    code, said = program.run("--headless", "--anomaly", "4217", r"\\away\dossiers\plan.pdf", files.make("rapport.pdf"))
    assert (code, len(storage.objects)) == (1, 1), said
    assert "plan.pdf" in said


def test_a_folder_that_leads_into_itself_is_walked_once(
    program: UnderWine, files: Files, storage: ScriptedStorage
) -> None:
    program.without_screen()
    files.make("sous-dossier/rapport.pdf")
    (files.folder / "sous-dossier" / "retour").symlink_to(files.folder, target_is_directory=True)
    _, said = program.run("--headless", "--anomaly", "4217", files.folder)
    assert len(storage.objects) == 1, said


@pytest.mark.parametrize("way", ["Send to", "Open with"])
def test_what_explorer_starts_hands_its_files_to_the_open_window(
    windows: Windows, program: UnderWine, screen: Screen, files: Files, way: str
) -> None:
    paths = [files.make("rapport #1.pdf"), files.make("étage 📷.jpg")]
    running = program.start("--anomaly", "4217")
    screen.window_of(running.pid)
    if way == "Send to":
        (link,) = windows.send_to.glob("Uploader*.lnk")
        program.command = ["wine", windows.wine.windows_path(link)]
        assert program.finish(program.start_without_streams(*paths)) == 0
    else:
        (opener,) = re.findall(r'"(\w:[^"]+\.exe)\\?" \\?"%1', windows.registered(OPEN_WITH))
        program.command = ["wine", opener]
        for path in paths:
            assert program.finish(program.start(path)) == 0
    screen.wait_until(lambda: set(program.states()) == {program.spelled(path) for path in paths})
    running.kill()  # closed by its button it would ask about the files that wait
    program.finish(running)


def test_the_taskbar_is_told_how_far_it_is(
    program: UnderWine, screen: Screen, files: Files, storage: ScriptedStorage
) -> None:
    program.environment["WINEDEBUG"] = "-all,+explorerframe"
    path = files.make("rapport.pdf", size=3_000_000)
    running = program.start("--anomaly", "4217", "--start", path)
    window = screen.window_of(running.pid)
    storage.wait_for_objects(1, timeout=PATIENCE)
    screen.wait_until(lambda: list(program.states().values()) == ["uploaded"])
    program.close(running, window, screen)
    assert "SetProgressValue" in program.said
    assert "SetProgressState" in program.said


def test_show_in_folder_has_explorer_select_the_file(
    program: UnderWine, screen: Screen, files: Files, storage: ScriptedStorage
) -> None:
    program.environment["WINEDEBUG"] = "-all,+process"
    path = files.make("rapport, 1.pdf")
    running = program.start("--anomaly", "4217", "--start", path)
    window = screen.window_of(running.pid)
    storage.wait_for_objects(1, timeout=PATIENCE)
    screen.wait_until(lambda: list(program.states().values()) == ["uploaded"])
    screen.place(window, 60, 60)
    screen.open_menu(running.pid, window, 300, 255)  # the first row, under what the end says
    screen.strike("Up")  # to the last one that can be chosen
    screen.strike("Return")
    screen.wait_until(lambda: len(program.processes(b"/select,")) == 1)
    assert "explorer.exe" in program.said
    assert "rapport, 1.pdf" in program.said
    (explorer,) = program.processes(b"/select,")
    screen.window_of(int(explorer.name))  # it takes the keyboard only when it stands
    assert program.close(running, window, screen) == 0


def test_tokens_of_5000_characters_are_pasted_and_kept_for_the_next_start(  # noqa: PLR0917 - all that takes part
    windows: Windows,
    program: UnderWine,
    screen: Screen,
    files: Files,
    storage: ScriptedStorage,
    api: StrictApi,
) -> None:
    bearer, session = api.tokens = "bearer" + "Ab3" * 1665, "session-for-tests"
    for name in ("UPLOADER_BEARER_TOKEN", "UPLOADER_SESSION_TOKEN"):
        del program.environment[name]
    running = program.start("--anomaly", "4217", "--start", files.make("rapport.pdf"))
    window = screen.window_of(running.pid)
    dialog = screen.window_of(running.pid, window)
    screen.place(dialog, 200, 100)
    assert "copied" in windows.inside("copy", f"Authorization: Bearer {bearer}\nX-Session-Token: {session}")
    screen.strike("ctrl+v")
    screen.strike("Return")
    storage.wait_for_objects(1, timeout=PATIENCE)
    screen.wait_until(lambda: list(program.states().values()) == ["uploaded"])
    assert program.close(running, window, screen) == 0
    code, said = program.run("--headless", "--anomaly", "4217", files.make("photo.png"))
    assert (code, len(storage.objects)) == (0, 2), said


@pytest.mark.parametrize("factor", ["1", "1.5", "2"])
def test_the_window_grows_with_the_screens_scale(
    windows: Windows, program: UnderWine, screen: Screen, pictures: Path, factor: str
) -> None:
    with windows.variable("QT_SCALE_FACTOR", factor):
        running = program.start("--anomaly", "4217")
    window = screen.window_of(running.pid)
    screen.place(window, 0, 0)
    width, height = screen.size_of(window)
    assert width >= min(1600, 700 * float(factor))
    assert height <= 900
    screen.wait_until_painted(window)
    screen.shoot(pictures / f"windows-scale-{factor}.png")
    assert program.close(running, window, screen) == 0


def test_patterns_stand_for_the_files_they_match(program: UnderWine, files: Files, storage: ScriptedStorage) -> None:
    program.without_screen()
    for name in ("a.pdf", "b.pdf", "c.txt"):
        files.make(name)
    code, said = program.run("--headless", "--anomaly", "4217", f"{program.spelled(files.folder)}\\*.pdf")
    assert code == 0, said
    assert sorted(key.rpartition("/")[2] for key in storage.objects) == ["a.pdf", "b.pdf"]


def test_hidden_files_of_a_folder_stay_behind(
    windows: Windows, program: UnderWine, files: Files, storage: ScriptedStorage
) -> None:
    program.without_screen()
    files.make("seen.pdf")
    windows.wine.output_of("attrib", "+h", files.make("hidden.pdf"))
    code, said = program.run("--headless", "--anomaly", "4217", files.folder)
    assert code == 0, said
    assert [key.rpartition("/")[2] for key in storage.objects] == ["seen.pdf"]


def test_a_decoder_of_pictures_that_hangs_is_ended_and_another_one_goes_on(
    program: UnderWine, screen: Screen, files: Files, storage: ScriptedStorage, api: StrictApi
) -> None:
    """It gets the minute and a half that a slow machine may need for a picture."""
    program.without_screen()
    files.make("a.heic", content=HEIC.read_bytes())
    for number in range(3):
        files.make(f"plan {number}.webp", content=large_picture(number))
    running = program.begin("--headless", "--anomaly", "4217", "--convert", files.folder)
    api.wait_for_calls(1, timeout=PATIENCE)  # the first one is converted
    (hanging,) = program.processes(DECODER)
    os.kill(int(hanging.name), signal.SIGSTOP)
    assert len(api.registered) < 4
    running.wait(2 * PATIENCE)
    assert program.finish(running) == 0, program.said
    assert len(storage.objects) == 4
    screen.wait_until(lambda: not hanging.exists())


def large_picture(grey: int) -> bytes:
    """Return a picture that takes seconds to decode, in a file that is small: the decoder's time goes by its size."""
    content = io.BytesIO()
    Image.new("RGB", (8000, 8000), (grey, grey, grey)).save(content, "WEBP", lossless=True, quality=0, method=0)
    return content.getvalue()


def test_on_a_french_windows_it_speaks_french_by_itself(
    windows: Windows, program: UnderWine, screen: Screen, pictures: Path
) -> None:
    program.environment |= windows.in_french
    running = program.start_without_streams("--headles")
    assert "--help" in (told := windows.inside("box", "uploader-gui"))
    assert "n’est pas une option" in told
    assert program.finish(running) == 2
    running = program.start("--anomaly", "4217")
    window = screen.window_of(running.pid)
    screen.wait_until_painted(window)
    screen.shoot(pictures / "windows-french.png")
    assert program.close(running, window, screen) == 0
