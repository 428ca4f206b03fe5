"""The log holds no secret, belongs to its owner, and hears of crashes."""

import logging
import stat
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.log_watch import ExpectedLogs
from uploader_gui import logs

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiIxIn0.4XRQ1iXDyvEj5LgPZHbmTmzOZs98M3YPOzgf3MhxjaI"


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "uploader-gui.log"
    logs.set_up(path, secrets=["very-secret-token"])
    return path


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("headers {'Authorization': 'Bearer abcdef'}", "abcdef"),
        ("X-Session-Token: s3cr3t", "s3cr3t"),
        (f"token {JWT} seen", JWT),
        ("PUT https://b.s3/k?X-Amz-Credential=AKIA%2F20&X-Amz-Signature=0123abcd&x=1", "0123abcd"),
        ("PUT https://b.s3/k?X-Amz-Credential=AKIA%2F20&X-Amz-Signature=0123abcd&x=1", "AKIA%2F20"),
        ("PUT https://b.s3/k?AWSAccessKeyId=AK&Signature=0123abcd&Expires=1", "0123abcd"),
        ("the very-secret-token itself", "very-secret-token"),
        ("the a/secret+token in a URL: a%2Fsecret%2Btoken", "a%2Fsecret%2Btoken"),
        (r"the a/secret+token in JSON: a\/secret+token", r"a\/secret+token"),
        ("through http://me:pass@word@proxy.example:3128", "word"),
    ],
)
def test_secrets_are_taken_out(text: str, secret: str) -> None:
    redacted = logs.RedactingFormatter(["very-secret-token", "a/secret+token"]).redact(text)
    assert secret not in redacted
    assert "[redacted]" in redacted


def test_a_traceback_is_redacted_too(log_file: Path) -> None:
    error = RuntimeError(f"request with Bearer {JWT} failed")
    logging.getLogger("uploader_gui.test").info("went wrong", exc_info=error)
    written = log_file.read_text()
    assert "RuntimeError" in written
    assert JWT not in written


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk here is full")
def test_a_full_disk_is_not_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(Path("/dev/full"))
    logging.getLogger("uploader_gui.test").info("the journal cannot be written")
    assert capsys.readouterr().err == ""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logs.LogFile):
            with suppress(OSError):  # what was not written is tried once more
                handler.close()


def test_the_log_is_for_its_owner_alone_and_never_has_whole_addresses_of_the_http_library(log_file: Path) -> None:
    logging.getLogger("uploader_gui.test").info("hello")
    assert stat.S_IMODE(log_file.stat().st_mode) == 0o600
    logging.getLogger("httpx").info("HTTP Request: PUT https://bucket/key?X-Amz-Signature=0123")
    assert "bucket" not in log_file.read_text()


def test_a_crash_is_logged_and_told_in_one_line(
    log_file: Path, capsys: pytest.CaptureFixture[str], expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("crashed")
    error = ValueError("very-secret-token broke it")
    sys.excepthook(ValueError, error, None)
    assert "crashed" in log_file.read_text()
    told = capsys.readouterr().err
    assert told == "uploader-gui: internal error: ValueError: [redacted] broke it\n"
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)  # a person wanted that
    assert capsys.readouterr().err == ""
    broken = threading.Thread(target=int, args=("very-secret-token",))
    broken.start()
    broken.join()
    assert capsys.readouterr().err.endswith(" base 10: '[redacted]'\n")
    assert "base 10" in log_file.read_text()


def test_all_that_an_error_came_from_is_in_the_log(log_file: Path, expected_logs: ExpectedLogs) -> None:
    expected_logs.allow("broken")
    during, cause = ValueError("what came first"), KeyError("what it caused")
    cause.__context__ = during
    group = ExceptionGroup("several", [OSError("one of them")])
    group.__cause__ = cause
    logging.getLogger("uploader_gui.test").error("broken", exc_info=group)
    written = log_file.read_text()
    assert all(words in written for words in ("came first", "it caused", "several", "one of them"))


def test_a_crash_is_logged_where_there_is_no_stderr(
    log_file: Path, monkeypatch: pytest.MonkeyPatch, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("crashed")
    monkeypatch.setattr(sys, "stderr", None)
    sys.excepthook(ValueError, ValueError("no console"), None)
    assert "no console" in log_file.read_text()


def test_a_log_that_cannot_be_moved_away_goes_on_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "uploader-gui.log"
    (tmp_path / "uploader-gui.log.1" / "in the way").mkdir(parents=True)
    handler = logs.LogFile(path, maxBytes=20, backupCount=1)
    for number in range(3):
        handler.emit(logging.makeLogRecord({"msg": f"line {number} of some length"}))
    handler.close()
    assert path.read_text().split("\n")[:3] == [f"line {number} of some length" for number in range(3)]


def test_a_folder_that_is_let_go_has_no_open_log(log_file: Path) -> None:
    before = list(logging.getLogger().handlers)
    logs.close_log_in(log_file.parent / "another")
    assert logging.getLogger().handlers == before
    logs.close_log_in(log_file.parent)
    assert not any(isinstance(handler, logs.LogFile) for handler in logging.getLogger().handlers)
