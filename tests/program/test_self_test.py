"""`--self-test`: a line for everything the program relies on, 1 where something is missing."""

import os
import subprocess
import sys
from pathlib import Path

from uploader_gui import self_test


def run(**variables: str) -> tuple[int, list[str]]:
    """Run it as a person does; no display is needed."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    ended = subprocess.run(
        [sys.executable, "-m", "uploader_gui", "--self-test"],
        env=environment | {"UPLOADER_LANGUAGE": "en"} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ended.returncode, ended.stdout.splitlines()


def test_a_whole_program_passes_with_a_line_for_everything() -> None:
    code, lines = run()
    assert code == 0, lines
    assert lines[0].startswith("uploader-gui ")
    assert [line[7:].partition(":")[0] for line in lines[1:]] == [what for what, _ in self_test.CHECKS]
    assert {line[:6].strip() for line in lines[1:]} <= {"ok", "note"}


def test_a_data_folder_that_cannot_be_written_to_fails_it_and_the_rest_is_still_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    code, lines = run(UPLOADER_DATA_DIR=str(in_the_way / "data"))
    assert code == 1
    assert lines[1].startswith("error  data folder: cannot write to the data folder")
    assert len(lines) == 1 + len(self_test.CHECKS)


def test_a_keyring_that_nobody_runs_is_a_note_and_no_failure_and_is_told_in_french() -> None:
    code, lines = run(PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring", UPLOADER_LANGUAGE="fr")
    assert code == 0
    assert any(line.endswith("les jetons restent en mémoire jusqu’à la fermeture du programme") for line in lines)


def test_whoever_reads_only_its_beginning_gets_no_error() -> None:
    command = [sys.executable, "-m", "uploader_gui", "--self-test"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert (running.stderr.read(), running.wait(60)) == (b"", 0)
