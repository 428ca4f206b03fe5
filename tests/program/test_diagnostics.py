"""Diagnostics and report hold what helps, and no token, login or upload link; names of files only if they may."""

import logging
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gui.fake_engine import upload
from tests.program.driven import DrivenWindow
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi
from uploader_gui.config import Config
from uploader_gui.credentials import Credentials
from uploader_gui.diagnostics import LAST_LINES, Report, diagnostics
from uploader_gui.engine.errors import Code, SourceChanged, UrlRefused, Variant
from uploader_gui.engine.events import Fact, Finding, Verdict
from uploader_gui.engine.models import UploadSnapshot, UploadState
from uploader_gui.logs import RedactingFormatter
from uploader_gui.paths import DataPaths
from uploader_gui.settings import Settings

TOKENS = ("bearer-very-secret-1", "eyJhbGciOiJIUzI1NiJ9.eyJzZWNyZXQiOjF9.c2lnbmF0dXJl")


def configuration(folder: Path) -> Config:
    settings = Settings(api_url="https://register.example/main", proxy="http://me:pass-word@proxy.example:3128")
    formatter = RedactingFormatter(TOKENS)
    return Config(DataPaths(folder), settings, Credentials(settings.api_url), TOKENS, formatter, window=True)


def test_they_tell_versions_settings_and_the_logs_last_lines(tmp_path: Path) -> None:
    (tmp_path / "uploader-gui.log").write_text("".join(lines("line %d", n) for n in range(1000)), "utf-8")
    named = replace(configuration(tmp_path), settings=Settings(depositor="Mme Durand"))
    told = diagnostics(named, {"screen": "1920x1080"})
    for part in (
        "program: uploader-gui ",
        "python: 3.",
        "setting size_unit: Mo",
        "signed in: yes",
        "setting depositor: set",
        "screen: 1920x1080",
    ):
        assert part in told
    assert "[uploader_gui.x] line 999\n" in told
    assert told.count("] line ") == LAST_LINES
    assert "Durand" not in told
    at_home = replace(named, data=DataPaths(Path.home() / "register"))
    assert f"data folder: {Path('~') / 'register'}" in diagnostics(at_home, {})


def test_they_tell_no_secret_even_where_the_log_does_and_say_so_without_a_log(tmp_path: Path) -> None:
    assert "no log: " in diagnostics(configuration(tmp_path), {})
    signed = "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=abcdef0123&x-id=PutObject"
    record = logging.LogRecord("x", logging.INFO, "", 0, "PUT %s", (signed,), None)
    lines = (f"token {TOKENS[0]}", f"Authorization: Bearer {TOKENS[1]}", signed, RedactingFormatter().format(record))
    (tmp_path / "uploader-gui.log").write_text("\n".join(lines))
    told = diagnostics(configuration(tmp_path), {})
    for secret in (*TOKENS, "abcdef0123", "AKIA", "x-id", "pass-word", "me:p"):
        assert secret not in told
    assert "proxy.example:3128" in told


def a_report(folder: Path, *uploads: UploadSnapshot, with_names: bool = False) -> Report:
    findings = (Finding(Fact.NAME_FOUND, Verdict.GOOD, ("register.example",)),)
    return Report(configuration(folder), {"screen": "1920x1080"}, uploads, findings, with_names)


def saved(report: Report, folder: Path) -> dict[str, str]:
    path = folder / "report.zip"
    report.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_report_has_versions_settings_connection_states_and_every_log(tmp_path: Path) -> None:
    newest, older = lines("the journal was opened again"), lines("a command broke", error=KeyError("a"))
    (tmp_path / "uploader-gui.log").write_text(newest, "utf-8")
    (tmp_path / "uploader-gui.log.1").write_text(older, "utf-8")
    failed = upload("photo.jpg", UploadState.FAILED, Code.CHANGED, size=1234)
    told = saved(a_report(tmp_path, failed), tmp_path)
    assert list(told) == ["about.txt", "connection.txt", "files.txt", "uploader-gui.log", "uploader-gui.log.1"]
    assert "program: uploader-gui " in told["about.txt"]
    assert "screen: 1920x1080" in told["about.txt"]
    assert told["connection.txt"] == "GOOD: NAME_FOUND register.example\n"
    assert told["files.txt"] == "1: photo.jp failed, anomaly 4217, image/jpeg, 1234 bytes, changed\n"
    assert told["uploader-gui.log"] == f"{newest}\n"
    assert told["uploader-gui.log.1"].splitlines()[-2:] == ["KeyError: ‹…›", ""]


def lines(message: str, *values: object, error: BaseException | None = None, logger: str = "uploader_gui.x") -> str:
    raised = None if error is None else (type(error), error, error.__traceback__)
    return RedactingFormatter().format(logging.LogRecord(logger, logging.INFO, "", 0, message, values, raised)) + "\n"


def caught(error: Exception, cause: Exception) -> Exception:
    try:
        raise error from cause
    except type(error) as raised:
        return raised


def of_earlier_runs(name: str) -> list[str]:
    """Return all ways in which a log may tell the name of a file that is not on the list any more."""
    missing = FileNotFoundError(2, "No such file or directory", f"/evidence/{name}")
    grouped = ExceptionGroup("several", [caught(OSError(5, "Input/output error", name), missing)])
    grouped.add_note(f"while it looked at {name}")
    return [
        lines("upload %.8s: %s, again in %.1f s", "0123456789", SourceChanged(name), 2.0),
        lines("upload %.8s: not registered: %s", "0123456789", UrlRefused(name, variant=Variant.PLACE_TAKEN)),
        lines("upload %.8s: not prepared: %s", "0123456789", missing),
        lines("%s; it begins: %s", "name is wrong", f'{{"name": "{name}"}}'),
        lines("a file cannot be looked at", error=caught(KeyError(Path(name)), missing)),
        lines("crashed", error=caught(RuntimeError(f"of {name}"), grouped)),
        lines(f"Task exception was never retrieved: {name}", logger="asyncio"),
        f"2025-11-30 10:00:00,000 INFO uploader_gui.x: upload 1: missing {' '.join(name.split())}\n",
        f"2025-11-30 10:00:00,000 ERROR uploader_gui.x: an older version\nOSError: '{' '.join(name.split())}'\n",
        lines("upload %.8s: %s", "0123456789", missing)[:-6],  # a disk that was full
        lines("a disk that was full has room: %s", missing),
    ]


@pytest.mark.parametrize("with_names", [True, False])
def test_names_of_files_are_in_it_only_if_they_may(tmp_path: Path, *, with_names: bool) -> None:
    source = replace(upload("x").source, path=Path("/evidence/Mme Durand.jpg"), name="Mme Durand.jpg")
    one = replace(upload("x", UploadState.FAILED, Code.UNREADABLE), source=source)
    (tmp_path / "uploader-gui.log").write_text("".join(of_earlier_runs("M. Petit.jpg")), "utf-8")
    (tmp_path / "uploader-gui.log.1").write_text("M. Petit.jpg\n", "utf-8")
    told = "".join(saved(a_report(tmp_path, one, with_names=with_names), tmp_path).values())
    assert ("Durand" in told, "Petit" in told) == (with_names, with_names)
    if not with_names:
        for helpful in (
            "[uploader_gui.x] upload 01234567: ‹changed…›, again in 2.0 s\n",
            "not registered: ‹url_refused place_taken…›\n",
            "not prepared: ‹[Errno 2]…›\n",
            "Traceback (most recent call last):\n",
            "RuntimeError: ‹…›\n",
            "2025-11-30 10:00:00,000 INFO [uploader_gui.x] ‹…›\n",
        ):
            assert helpful in told, helpful


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.text(max_size=12), after=st.text(max_size=12), end=st.sampled_from(["", "›", "‹", "\n", "\r", ": "]))
def test_no_name_of_earlier_runs_is_in_a_report_without_names(
    tmp_path: Path, before: str, after: str, end: str
) -> None:
    fake_record = "\n2025-11-30 10:00:00,000 INFO [uploader_gui.x] Qzxj"
    name = f"{before}{end}Qzxj{end}{after}{fake_record}"
    log = "".join(of_earlier_runs(name)).encode("utf-8", "replace")
    for file in ("uploader-gui.log", "uploader-gui.log.1"):
        (tmp_path / file).write_bytes(log)
    told = "".join(text for _, text in a_report(tmp_path).texts()) + diagnostics(configuration(tmp_path), {})
    assert "Qzxj" not in told
    assert told.count("[uploader_gui.x] upload 01234567: ") == 3 * 4


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


def test_the_guide_saves_a_report_without_tokens_and_names_and_says_where(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    given = files.make("Mme Durand.jpg"), files.folder / "M. Petit.jpg"
    window = DrivenWindow("-a", "4217", "--start", *given, **strict_api.environment)
    try:
        window.do("rows", {"uploaded": 1, "failed": 1})
        place = tmp_path / "report.zip"
        assert window.do("report", str(place)) == f"The report report.zip was saved in {tmp_path}"
        assert "could not be saved" in window.do("report", str(tmp_path / "gone" / "report.zip"))
        assert window.terminated() == 130
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
    for secret in (*strict_api.tokens, "Durand", "Petit"):
        assert secret not in "".join(told.values())
