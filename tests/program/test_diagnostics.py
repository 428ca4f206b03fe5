"""Diagnostics and report hold what helps, and no token, login or upload link; names of files only if they may."""

from __future__ import annotations

import logging
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gui.fake_engine import upload
from uploader_gui.config import Config
from uploader_gui.credentials import Credentials
from uploader_gui.diagnostics import LAST_LINES, Report, diagnostics
from uploader_gui.engine.connection_test.findings import Fact, Finding, Verdict
from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import UploadState
from uploader_gui.logs import RedactingFormatter
from uploader_gui.paths import DataPaths
from uploader_gui.settings import Settings

if TYPE_CHECKING:
    from uploader_gui.engine.models import UploadSnapshot

TOKENS = ("bearer-very-secret-1", "eyJhbGciOiJIUzI1NiJ9.eyJzZWNyZXQiOjF9.c2lnbmF0dXJl")


def configuration(folder: Path) -> Config:
    settings = Settings(api_url="https://register.example/main", proxy="http://me:pass-word@proxy.example:3128")
    formatter = RedactingFormatter(TOKENS)
    return Config(DataPaths(folder), settings, Credentials(settings.api_url), TOKENS, formatter, window=True)


def test_they_tell_versions_settings_and_the_logs_last_lines(tmp_path: Path) -> None:
    (tmp_path / "uploader-gui.log").write_text("".join(f"line {n}\n" for n in range(1000)))
    told = diagnostics(configuration(tmp_path), {"screen": "1920x1080"})
    for part in (
        "program: uploader-gui ",
        "python: 3.",
        "setting size_unit: Mo",
        "signed in: yes",
        "screen: 1920x1080",
    ):
        assert part in told
    assert "line 999\n" in told
    assert told.count("\nline ") == LAST_LINES


def test_they_tell_no_secret_even_where_the_log_does(tmp_path: Path) -> None:
    signed = "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=abcdef0123&x-id=PutObject"
    record = logging.LogRecord("x", logging.INFO, "", 0, "PUT %s", (signed,), None)
    lines = (f"token {TOKENS[0]}", f"Authorization: Bearer {TOKENS[1]}", signed, RedactingFormatter().format(record))
    (tmp_path / "uploader-gui.log").write_text("\n".join(lines))
    told = diagnostics(configuration(tmp_path), {})
    for secret in (*TOKENS, "abcdef0123", "AKIA", "x-id", "pass-word", "me:p"):
        assert secret not in told
    assert "proxy.example:3128" in told


def test_without_a_log_they_say_so(tmp_path: Path) -> None:
    assert "no log: " in diagnostics(configuration(tmp_path), {})


def a_report(folder: Path, *uploads: UploadSnapshot, with_names: bool = False) -> Report:
    findings = (Finding(Fact.NAME_FOUND, Verdict.GOOD, ("register.example",)),)
    return Report(configuration(folder), {"screen": "1920x1080"}, uploads, findings, with_names)


def saved(report: Report, folder: Path) -> dict[str, str]:
    path = folder / "report.zip"
    report.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_report_has_versions_settings_connection_states_and_every_log(tmp_path: Path) -> None:
    (tmp_path / "uploader-gui.log").write_text("newest\n")
    (tmp_path / "uploader-gui.log.1").write_text("older\n")
    failed = upload("photo.jpg", UploadState.FAILED, Code.CHANGED, size=1234)
    told = saved(a_report(tmp_path, failed), tmp_path)
    assert list(told) == ["about.txt", "connection.txt", "files.txt", "uploader-gui.log", "uploader-gui.log.1"]
    assert "program: uploader-gui " in told["about.txt"]
    assert "screen: 1920x1080" in told["about.txt"]
    assert told["connection.txt"] == "GOOD: NAME_FOUND register.example\n"
    assert told["files.txt"] == "1: photo.jp failed, anomaly 4217, image/jpeg, 1234 bytes, changed\n"
    assert (told["uploader-gui.log"], told["uploader-gui.log.1"]) == ("newest\n\n", "older\n\n")


@pytest.mark.parametrize("with_names", [True, False])
def test_names_of_files_are_in_it_only_if_they_may(tmp_path: Path, *, with_names: bool) -> None:
    source = replace(upload("x").source, path=Path("/evidence/Mme Durand.jpg"), name="Mme Durand.jpg")
    one = replace(upload("x", UploadState.FAILED, Code.UNREADABLE), source=source)
    (tmp_path / "uploader-gui.log").write_text(
        "upload 1: missing /evidence/Mme Durand.jpg, again\n"
        "upload 2: url_refused place_taken plan de M. Martin.pdf\n"
        "FileNotFoundError: [Errno 2] No such file or directory: '/evidence/M. Petit.jpg'\n"
        'OSError: [Errno 5] Input/output error: "/evidence/l\'escalier.jpg"\n'
    )
    told = "".join(saved(a_report(tmp_path, one, with_names=with_names), tmp_path).values())
    for name in ("Durand", "Martin", "Petit", "escalier"):
        assert (name in told) is with_names
    assert "No such file or directory" in told


def test_a_report_that_cannot_be_written_leaves_nothing_half(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with pytest.raises(OSError, match="gone"):
        a_report(tmp_path).save(folder / "report.zip")
    assert not folder.exists()


_TOKEN_TEXT = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=", min_size=8, max_size=60)
_PLACES = ("{0}", "token {0}", '{{"a": "{0}"}}', "Authorization: Bearer {0}", "?x={1}", "x-session-token={0}")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bearer=_TOKEN_TEXT, session=_TOKEN_TEXT, password=_TOKEN_TEXT, signature=_TOKEN_TEXT, data=st.data())
def test_no_secret_is_in_a_report_wherever_it_stood(
    *, tmp_path: Path, bearer: str, session: str, password: str, signature: str, data: st.DataObject
) -> None:
    proxy = f"http://me:{quote(password, safe='')}@proxy.example:3128"
    link = f"https://b.example/k?X-Amz-Credential=A&X-Amz-Signature={quote(signature, safe='')}"
    lines = [
        data.draw(st.sampled_from(_PLACES)).format(one, quote(one, safe="")) for one in (bearer, session, password)
    ]
    (tmp_path / "uploader-gui.log").write_text("\n".join([*lines, link, f"by {proxy}", ""]), "utf-8")
    formatter = RedactingFormatter((bearer, session))
    chosen = Settings(api_url="https://register.example/main", proxy=proxy)
    made = replace(configuration(tmp_path), settings=chosen, tokens=(bearer, session), formatter=formatter)
    report = replace(
        a_report(tmp_path, with_names=data.draw(st.booleans())),
        configuration=made,
        surroundings={"a": bearer, "b": link, "c": proxy},
        findings=(Finding(Fact.PROXY_USED, Verdict.GOOD, (proxy,)), Finding(Fact.REDIRECTED, Verdict.BAD, (link,))),
    )
    told = "".join(text for _, text in report.texts())
    for secret in (bearer, session, password, quote(signature, safe="")):
        assert secret not in told.replace("[redacted]", "")
