"""A further certificate authority that cannot be used: told, and it stops nobody who is there to choose another."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.certificates import CertificateAuthority
from uploader_gui.command_line import UsageError
from uploader_gui.config import Config
from uploader_gui.paths import DataPaths


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataPaths:
    monkeypatch.setenv("UPLOADER_BEARER_TOKEN", "bearer-for-tests")
    monkeypatch.setenv("UPLOADER_SESSION_TOKEN", "session-for-tests")
    data = DataPaths(tmp_path)
    data.settings.write_text(json.dumps({"ca_file": str(tmp_path / "ca.pem")}), "utf-8")
    return data


def test_in_a_window_it_is_told_and_done_without_until_it_is_there(data: DataPaths, ca: CertificateAuthority) -> None:
    path = data.folder / "ca.pem"
    without = Config.load(data, None, window=True)
    assert without.engine(again=False).ca_file is None
    assert without.trouble is not None
    assert without.trouble.text.startswith(
        f"The certificate authority {path} cannot be used (there is no such file or folder)"
    )
    assert without.settings.ca_file == path  # it stays set
    shutil.copy(ca.pem, path)
    again = without.changed({"theme": "dark"})
    assert (again.engine(again=False).ca_file, again.trouble) == (path, None)


def test_other_settings_can_be_saved_though_a_fixed_authority_is_gone_meanwhile(
    data: DataPaths, ca: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data.folder / "ca.pem"
    shutil.copy(ca.pem, path)
    monkeypatch.setenv("UPLOADER_CA_FILE", str(path))
    before = Config.load(data, None, window=True)
    path.unlink()
    now = before.changed({"theme": "dark"})
    assert (now.settings.theme, now.trouble is not None) == ("dark", True)


def test_a_file_that_holds_no_certificate_is_told_too_and_stops_a_run_without_a_window(data: DataPaths) -> None:
    (data.folder / "ca.pem").write_text("hello", "ascii")
    trouble = Config.load(data, None, window=True).trouble
    assert trouble is not None
    assert "it is not a PEM certificate" in trouble.text
    with pytest.raises(UsageError, match=r"ca\.pem"):
        Config.load(data, None, window=False)


@pytest.mark.parametrize("window", [True, False])
def test_where_a_variable_names_it_the_program_does_not_begin(
    *, window: bool, data: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOADER_CA_FILE", str(data.folder / "ca.pem"))
    with pytest.raises(UsageError, match=r"ca\.pem"):
        Config.load(data, None, window=window)
