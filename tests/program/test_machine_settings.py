"""Settings for a whole machine: only from where administrators alone can write, and before everything else."""

import json
import os
import sys
from pathlib import Path

import pytest

from uploader_gui.command_line import UsageError
from uploader_gui.config import Config
from uploader_gui.machine_settings import MachineSettings, SettingsError, early_language, early_theme, of_file
from uploader_gui.paths import DataPaths
from uploader_gui.settings import Fixed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files with owners; Windows has a registry key")
PLACE = "/etc/uploader-gui/settings.json"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir(mode=0o755)
    path = folder / "settings.json"
    path.write_text(
        json.dumps({"api_url": "https://a.example", "history_days": 30, "proxy": "", "ca_file": None}), "utf-8"
    )
    path.chmod(0o644)
    return path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataPaths:
    monkeypatch.setenv("UPLOADER_BEARER_TOKEN", "bearer-for-tests")
    monkeypatch.setenv("UPLOADER_SESSION_TOKEN", "session-for-tests")
    return DataPaths(tmp_path)


def read(path: Path) -> MachineSettings:
    """This user takes the administrator's place: not every test runs as root."""
    return of_file(path, administrator=os.geteuid())


def test_what_the_administrator_wrote_counts_but_for_what_is_empty_and_nothing_without_a_file(file: Path) -> None:
    assert read(file) == MachineSettings(str(file), {"api_url": "https://a.example", "history_days": 30})
    assert read(file.with_name("none.json")).values == {}


@pytest.mark.parametrize(("which", "mode"), [("file", 0o664), ("file", 0o646), ("folder", 0o775), ("folder", 0o757)])
def test_a_place_where_others_can_write_stops_the_program(file: Path, which: str, mode: int) -> None:
    (file if which == "file" else file.parent).chmod(mode)
    with pytest.raises(SettingsError, match="writable by nobody else"):
        read(file)


def test_a_place_of_another_owner_stops_the_program_a_link_is_what_it_leads_to(file: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="must belong to the administrator"):
        of_file(file, administrator=os.geteuid() + 1)
    own = tmp_path / "own.json"
    file.rename(own)
    own.chmod(0o666)
    file.symlink_to(own)
    with pytest.raises(SettingsError, match="writable by nobody else"):
        read(file)


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "[" * 100_000, b"\xff\xfe"])
def test_a_damaged_file_stops_the_program_and_stays(file: Path, text: str | bytes) -> None:
    content = text if isinstance(text, bytes) else text.encode()
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read"):
        read(file)
    assert file.read_bytes() == content


@pytest.mark.parametrize("window", [True, False])
def test_it_comes_before_the_persons_choice_and_is_fixed(data: DataPaths, *, window: bool) -> None:
    data.settings.write_text(json.dumps({"api_url": "https://b.example", "history_days": 7}), "utf-8")
    machine = MachineSettings(PLACE, {"api_url": "https://a.example"})
    made = Config.load(data, None, window=window, machine=machine)
    assert (made.settings.api_url, made.settings.history_days) == ("https://a.example", 7)
    assert made.fixed == {"api_url": Fixed(PLACE, machine=True)}
    assert made.changed({"api_url": "https://c.example", "history_days": 8}).settings.api_url == "https://a.example"
    assert json.loads(data.settings.read_text("utf-8")) == {"api_url": "https://b.example", "history_days": 8}


def test_a_variable_that_contradicts_it_stops_a_script_and_is_told_in_a_window(
    data: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOADER_API_URL", "https://b.example")
    machine = MachineSettings(PLACE, {"api_url": "https://a.example"})
    with pytest.raises(UsageError, match=f"UPLOADER_API_URL does not count.*{PLACE}"):
        Config.load(data, None, window=False, machine=machine)
    made = Config.load(data, None, window=True, machine=machine)
    assert made.settings.api_url == "https://a.example"
    assert made.fixed["api_url"] == Fixed(PLACE, machine=True)
    assert made.trouble is not None
    assert made.trouble.text.startswith("UPLOADER_API_URL does not count: your IT department")


@pytest.mark.parametrize("window", [True, False])
def test_a_wrong_value_names_the_place_and_sends_nothing(data: DataPaths, *, window: bool) -> None:
    with pytest.raises(UsageError, match=rf"“history_days” in {PLACE} is wrong: it must be a whole number"):
        Config.load(data, None, window=window, machine=MachineSettings(PLACE, {"history_days": "soon"}))


def test_what_it_does_not_know_is_passed_over_and_a_slash_at_the_end_makes_no_other_server(data: DataPaths) -> None:
    made = Config.load(data, None, window=False, machine=MachineSettings(PLACE, {"of_a_later_version": 1}))
    assert made.fixed == {}
    data.settings.write_text('{"api_url": "https://a.example/main/"}', "utf-8")
    before = Config.load(data, None, window=True, machine=MachineSettings()).with_tokens(
        ("access-token", "session-token")
    )
    assert before.changed({"api_url": "https://a.example/main"}).tokens == before.tokens
    assert before.engine(again=False).api_url == "https://a.example/main"


def test_language_and_colours_are_known_before_a_window_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_LANGUAGE", "en")
    machine = MachineSettings(PLACE, {"language": "fr", "theme": "dark"})
    assert early_language(tmp_path / "settings.json", machine) == "fr"
    assert early_theme(tmp_path / "settings.json", machine) == "dark"
    assert early_language(tmp_path / "settings.json", MachineSettings()) == "en"
    monkeypatch.delenv("UPLOADER_LANGUAGE")
    monkeypatch.setenv("uploader_language", "fr")  # settings are read in any case, too
    assert early_language(tmp_path / "settings.json", MachineSettings()) == "fr"
