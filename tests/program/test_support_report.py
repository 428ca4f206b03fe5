"""The report for support out of the running program: one ZIP, the connection tested, nothing secret in it."""

import re
import signal
import zipfile
from pathlib import Path

from tests.program.driven import DrivenWindow
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi


def test_the_guide_saves_a_report_without_tokens_and_names_and_says_where(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    bearer, session = strict_api.tokens
    window = DrivenWindow(
        *("-a", "4217", "--start", files.make("Mme Durand.jpg"), files.folder / "M. Petit.jpg"),
        UPLOADER_API_URL=strict_api.url,
        UPLOADER_BEARER_TOKEN=bearer,
        UPLOADER_SESSION_TOKEN=session,
    )
    try:
        window.do("rows", {"uploaded": 1, "failed": 1})
        place = tmp_path / "report.zip"
        assert window.do("report", str(place)) == f"The report report.zip was saved in {tmp_path}"
        assert "could not be saved" in window.do("report", str(tmp_path / "gone" / "report.zip"))
        window.send_signal(signal.SIGTERM)
        assert window.ended() == 130
    finally:
        window.kill()
    with zipfile.ZipFile(place) as archive:
        told = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "REACHED" in told["connection.txt"]
    assert re.search(r"^list: files 2, (\w+ \d+(, |$))+$", told["about.txt"], re.MULTILINE), (
        "a sentence may name a file"
    )
    states = {line.split(", ")[0].split()[-1] for line in told["files.txt"].splitlines() if line}
    assert states == {"uploaded", "failed"}
    for secret in (bearer, session, "Durand", "Petit"):
        assert secret not in "".join(told.values())
