"""Settings: environment over file over defaults, and whatever is wrong named in one sentence."""

import json
from pathlib import Path

import pytest

from uploader_gui import settings
from uploader_gui.machine_settings import SettingsError, early_language


def test_without_file_and_environment_the_registers_own_server_is_used(tmp_path: Path) -> None:
    chosen = settings.load(tmp_path / "settings.json")
    assert chosen.api_url == "https://z52mnqg347.execute-api.eu-west-3.amazonaws.com/main"
    assert (chosen.size_unit, chosen.max_concurrent_uploads, chosen.offline_limit) == ("Mo", 6, 120)


def test_environment_comes_before_file_file_before_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"max_concurrent_uploads": 3, "size_unit": "bytes"}))
    monkeypatch.setenv("UPLOADER_MAX_CONCURRENT_UPLOADS", "9")
    monkeypatch.setenv("UPLOADER_DEPOSITOR", "M.\n" + "é" * 500)
    chosen = settings.load(path)
    assert (chosen.max_concurrent_uploads, chosen.size_unit) == (9, "bytes")
    assert len(chosen.depositor) == settings.LONGEST_DEPOSITOR


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("UPLOADER_MAX_CONCURRENT_UPLOADS", "0"),
        ("UPLOADER_MAX_CONCURRENT_UPLOADS", "17"),
        ("UPLOADER_MAX_CONCURRENT_UPLOADS", "many"),
        ("UPLOADER_SIZE_UNIT", "KB"),
        ("UPLOADER_OFFLINE_LIMIT", "-1"),
        ("UPLOADER_HISTORY_DAYS", "0"),
        ("UPLOADER_OFFLINE_LIMIT", "inf"),
        ("UPLOADER_BANDWIDTH_LIMIT", "-1"),
        ("UPLOADER_BANDWIDTH_LIMIT", "fast"),
        ("UPLOADER_THEME", "pink"),
        ("uploader_theme", "pink"),
    ],
)
def test_a_wrong_variable_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        settings.load(tmp_path / "settings.json")
    sentence = str(caught.value)
    assert sentence.startswith(f"{variable} is wrong: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_file_saved_by_windows_notepad_is_read_and_an_empty_one_leaves_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"max_concurrent_uploads": 3, "language": "fr"}', "utf-8-sig")
    assert (settings.load(path).max_concurrent_uploads, early_language(path)) == (3, "fr")
    settings.save({"size_unit": "bytes"}, path)
    assert settings.load(path).max_concurrent_uploads == 3
    path.write_text("")
    assert settings.load(path).max_concurrent_uploads == 6
    settings.save({"size_unit": "bytes"}, path)
    assert list(tmp_path.iterdir()) == [path]  # it is not set aside as damaged


def test_saving_keeps_what_it_does_not_change_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"offline_limit": 5, "max_concurrent_uploads": 3}))
    settings.save({"max_concurrent_uploads": 4}, path)
    assert json.loads(path.read_text()) == {"offline_limit": 5, "max_concurrent_uploads": 4}
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.json"]


def test_a_stray_env_file_redirects_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("UPLOADER_API_URL=https://elsewhere.example")
    monkeypatch.chdir(tmp_path)
    assert "elsewhere" not in settings.load(tmp_path / "settings.json").api_url


@pytest.mark.parametrize(("written", "expected"), [("2.5", 2_500_000), ("2,5", 2_500_000), ("0", 0), ("", 0)])
def test_the_speed_limit_is_in_megaoctets_with_point_or_comma(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, expected: float
) -> None:
    monkeypatch.setenv("UPLOADER_BANDWIDTH_LIMIT", written)
    assert settings.load(tmp_path / "settings.json").bytes_per_second == expected


def test_what_the_environment_fixes_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.fixed() == {}
    monkeypatch.setenv("UPLOADER_THEME", "dark")
    monkeypatch.setenv("UPLOADER_PROXY", "")  # counts as not set
    monkeypatch.setenv("UPLOADER_DATA_DIR", "/elsewhere")  # is no setting
    assert settings.fixed() == {"theme": settings.Fixed("UPLOADER_THEME")}
