"""Diagnostics hold what helps, and no token, login or upload link."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from uploader_gui.config import Config
from uploader_gui.credentials import Credentials
from uploader_gui.diagnostics import LAST_LINES, diagnostics
from uploader_gui.logs import RedactingFormatter
from uploader_gui.paths import DataPaths
from uploader_gui.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

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
