"""The bundle does its main job: files dragged onto its window with a pointer end as stored bytes and green rows."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from smoke.dragging import DragSource
from smoke.program import Built
from tests.support.pictures import CRASHING, HEIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from smoke.screen import Screen
    from tests.support.files import Files
    from tests.support.scripted_storage import ScriptedStorage
    from tests.support.strict_api import StrictApi

MB = 1_000_000


@pytest.fixture
def program(bundle: Path, screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[Built]:
    """Give the program in its folder."""
    built = Built([str(bundle / "uploader-gui")], tmp_path / "person", DISPLAY=screen.display, **given)
    yield built
    built.end_all()


def begin(screen: Screen, window: str, api: StrictApi) -> None:
    """Press Start; once more where the window was still busy showing what was dropped."""
    while not api.calls:
        screen.click_primary_button(window)
        with suppress(TimeoutError):
            api.wait_for_calls(1, timeout=5.0)


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
    evidence = [files.make(f"étage {n:02} #{n}%.jpg", size=20_000 * n) for n in range(1, 26)]
    report = tmp_path / "receipt.json"
    running = program.start("--anomaly", "4217", "--report", report)
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    with DragSource(screen, evidence) as source:
        source.drag_onto(window)
        screen.wait_until(lambda: len(program.states()) == len(evidence))
        begin(screen, window, api)
        screen.wait_until(lambda: list(program.states().values()) == ["uploaded"] * 25)
        source.shoot(pictures / "bundle-uploaded.png", when_still=True)
        assert program.close(running, window, screen) == 0, program.said
    assert [len(call.upload_ids) for call in api.calls] == [20, 5]
    receipt = json.loads(report.read_text("utf-8"))
    assert {row["path"]: row["state"] for row in receipt["files"]} == {str(path): "uploaded" for path in evidence}
    assert {stored.sha256 for stored in storage.objects.values()} == {row["sha256"] for row in receipt["files"]}
    assert program.said == ""


def test_the_bundle_works_without_a_screen(program: Built, files: Files, storage: ScriptedStorage) -> None:
    del program.environment["DISPLAY"]
    paths = [files.make("rapport.pdf"), files.make("photo.png")]
    code, said = program.run("--headless", "--anomaly", "4217", *paths)
    assert (code, len(storage.objects)) == (0, 2), said


def test_a_picture_that_ends_the_decoder_fails_alone_in_the_bundle_too(
    program: Built, files: Files, storage: ScriptedStorage
) -> None:
    del program.environment["DISPLAY"]
    files.make("IMG_0002.heic", content=CRASHING.read_bytes())
    files.make("sound.heic", content=HEIC.read_bytes())
    code, said = program.run("--headless", "--anomaly", "4217", "--convert", files.folder)
    assert (code, len(storage.objects)) == (1, 1), said
    (stored,) = storage.objects.values()
    assert (stored.data or b"").startswith(b"\xff\xd8\xff")


def test_the_bundle_finds_everything_it_relies_on(program: Built) -> None:
    del program.environment["DISPLAY"]
    code, said = program.run("--self-test")
    assert code == 0, said
    told = {line[7:].partition(":")[0]: line[:6].strip() for line in said.splitlines()[1:]}
    assert {what for what, verdict in told.items() if verdict != "ok"} <= {"keyring"}, said
    assert len(told) == 8, said


def test_the_bundle_says_what_it_is(program: Built) -> None:
    code, said = program.run("--version")
    assert (code, said.split()[0]) == (0, "uploader-gui")


def test_the_bundle_is_as_small_as_promised(bundle: Path) -> None:
    unpacked = sum(file.lstat().st_size for file in bundle.rglob("*"))
    packed = [file.stat().st_size for file in bundle.parent.glob("*.*") if file.suffix in {".xz", ".deb"}]
    assert unpacked <= 150 * MB
    assert packed
    assert max(packed) <= 60 * MB


def test_the_bundle_brings_every_licence(bundle: Path) -> None:
    texts = {file.stem for file in (bundle / "licences").iterdir() if file.stat().st_size}
    assert {"uploader-gui", "Python", "Qt", "LGPL-3.0", "pydantic", "httpx", "keyring", "pillow"} <= texts
