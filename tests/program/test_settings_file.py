"""A settings file of other content, unreadable or damaged: told, never destroyed, and the usual settings apply."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.log_watch import ExpectedLogs
from uploader_gui import settings
from uploader_gui.machine_settings import SettingsError
from uploader_gui.settings import DEFAULT_API_URL

READS_NOTHING = Path("/proc/self/mem")
"""Opens for everybody, and its first bytes cannot be read by anybody."""
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a file that cannot be read as root")


@pytest.fixture
def path(tmp_path: Path, expected_logs: ExpectedLogs) -> Path:
    expected_logs.allow("the settings cannot be saved|settings set aside")
    return tmp_path / "settings.json"


@pytest.mark.parametrize("window", [True, False])
def test_a_folder_in_its_place_is_told_and_left_as_it_is(path: Path, *, window: bool) -> None:
    path.mkdir()
    (path / "evidence.txt").write_text("kept")
    chosen, trouble = settings.read(path, window=window)
    assert chosen.api_url == DEFAULT_API_URL
    assert trouble is not None
    assert trouble.text.startswith(f"No settings were read, because {path} is not a file.")
    trouble = settings.keep({"theme": "dark"}, path)
    assert trouble is not None
    assert trouble.text.startswith("The settings could not be saved as ")
    assert [one.name for one in path.parent.iterdir()] == ["settings.json"]
    assert (path / "evidence.txt").read_text() == "kept"


@needs_proc
def test_a_file_that_cannot_be_read_is_told_in_a_window_stops_a_script_and_is_never_written_over(path: Path) -> None:
    path.symlink_to(READS_NOTHING)
    chosen, trouble = settings.read(path, window=True)
    assert chosen.api_url == DEFAULT_API_URL
    assert trouble is not None
    assert trouble.text.startswith("The settings in ")
    trouble = settings.keep({"theme": "dark"}, path)
    assert trouble is not None
    assert trouble.text.startswith("The settings could not be saved as ")
    assert path.readlink() == READS_NOTHING
    with pytest.raises(SettingsError, match=r"settings\.json cannot be read: "):
        settings.read(path, window=False)


def test_a_damaged_file_is_set_aside_in_a_window_beside_those_before_it(path: Path) -> None:
    for number, place in enumerate(("settings.damaged.json", "settings.damaged-2.json", "settings.damaged-3.json")):
        path.write_text("{" * (number + 1))
        _, trouble = settings.read(path, window=True)
        assert trouble is not None
        assert trouble.text.endswith(f"the old file is kept as {path.with_name(place)}")
        assert path.with_name(place).read_text() == "{" * (number + 1)
    assert settings.read(path, window=True)[1] is None


@pytest.mark.parametrize("content", ["{", '["list"]', '{"max_concurrent_uploads": 99}', "\xff\x00"])
def test_a_damaged_file_stops_a_script_and_stays(path: Path, content: str) -> None:
    path.write_text(content, "latin-1")
    with pytest.raises(SettingsError, match=r"settings\.json"):
        settings.read(path, window=False)
    assert path.read_text("latin-1") == content


def test_a_wrong_variable_is_not_blamed_on_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.read(path, window=True)[1] is None  # no file is no trouble
    path.write_text(json.dumps({"max_concurrent_uploads": 3}))
    monkeypatch.setenv("UPLOADER_THEME", "pink")
    with pytest.raises(SettingsError, match="UPLOADER_THEME"):
        settings.read(path, window=True)
    assert json.loads(path.read_text()) == {"max_concurrent_uploads": 3}


@pytest.mark.parametrize("content", ["{", '["list"]', "\xff", "[" * 100_000])
def test_what_was_damaged_meanwhile_is_kept_when_something_is_saved(path: Path, content: str) -> None:
    path.write_text(content, "latin-1")
    assert settings.keep({"theme": "dark"}, path) is None
    assert json.loads(path.read_text()) == {"theme": "dark"}
    assert path.with_name("settings.damaged.json").read_text("latin-1") == content
