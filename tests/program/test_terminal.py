"""What headless writes about a run, event by event: on a terminal, and into a pipe or file."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.values import a_source, an_upload
from uploader_gui.__main__ import run
from uploader_gui.command_line import ExitCode
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import (
    Condition,
    Event,
    PathsAdded,
    Progress,
    QueueIdle,
    QueueStatus,
    Totals,
    UploadsAdded,
    UploadsChanged,
)
from uploader_gui.engine.models import Reason, Substitute, UploadState
from uploader_gui.terminal import Terminal, summary


class Tty(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        return True


def told(*events: Event, tty: bool = False, trial: bool = False) -> str:
    """Give what is written of these events."""
    stream = Tty() if tty else io.StringIO()
    terminal = Terminal(stream, trial=trial)
    for event in events:
        terminal.show(event)
    return stream.getvalue()


def upload(state: UploadState, name: str = "a.heic", code: Code | None = None, **fields: object) -> UploadsChanged:
    reason = None if code is None else Reason(code)
    made = an_upload(source=a_source(name), state=state, reason=reason)
    return UploadsChanged((replace(made.snapshot(), **fields),))  # type: ignore[arg-type]  # any field


def held_up(*conditions: Condition, **causes: Reason) -> QueueStatus:
    found = {Condition(name): reason for name, reason in causes.items()}
    return QueueStatus(running=True, conditions=frozenset(conditions), causes=found)


def done(files: int, **figures: float) -> Progress:
    return Progress((), Totals(files=4_000, files_finished=files, **figures))  # type: ignore[arg-type]  # figures


S = UploadState
AS_JPEG = Substitute(a_source("a.jpg"), "0" * 64)
ADDED = PathsAdded("42", queued=1, refused=0, junk=0, already_in_queue=0)

LINES: dict[str, tuple[Event, str]] = {
    "uploaded": (upload(S.UPLOADED, code=Code.STALLED), "uploaded  a.heic"),
    "skipped": (upload(S.SKIPPED, code=Code.ALREADY_UPLOADED), "skipped  a.heic: It was uploaded to this anomaly befo"),
    "failed": (upload(S.FAILED, code=Code.STALLED), "failed  a.heic: Nothing moved on the link for too long. Check"),
    "failed, nobody knows why": (upload(S.FAILED), "failed  a.heic\n"),
    "refused": (upload(S.REFUSED, code=Code.EMPTY_FILE), "refused  a.heic: The file is empty. Choose another file."),
    "cancelled": (upload(S.CANCELLED), "cancelled  a.heic\n"),
    "in a trial": (upload(S.UPLOADED, trial=True), "uploaded (trial)  a.heic\n"),
    "skipped in a trial": (upload(S.SKIPPED, trial=True), "skipped (trial)  a.heic\n"),
    "failed in a trial": (upload(S.FAILED, trial=True), "failed  a.heic\n"),
    "as a JPEG": (upload(S.UPLOADED, substitute=AS_JPEG), "uploaded  a.heic, as a.jpg\n"),
    "without details": (
        upload(S.UPLOADED, substitute=replace(AS_JPEG, without_metadata=True)),
        "uploaded  a.heic, as a.jpg without details, such as date or place, that could not be read\n",
    ),
    "controls, direction, half a pair": (upload(S.UPLOADED, "a\x1b\u202e\ud800b"), "uploaded  a���b\n"),
    "found refused": (UploadsAdded(upload(S.REFUSED).uploads), "refused  a.heic\n"),
    "not at its end": (upload(S.RETRYING, code=Code.STALLED), ""),
    "progress": (done(3, bytes_total=10), ""),
    "offline": (held_up(Condition.OFFLINE), "offline – waiting\n"),
    "a full disk": (held_up(Condition.JOURNAL), "the journal cannot be written (disk full?) – waiting\n"),
    "two things": (
        held_up(Condition.STORAGE_BUSY, Condition.SIGN_IN),
        "the register refuses the tokens\nthe register’s storage is overloaded or has an error – trying again\n",
    ),
    "busy": (
        held_up(Condition.SERVICE_BUSY, service_busy=Reason(Code.SERVICE_BUSY)),
        "the register is overloaded or h",
    ),
    "no overload": (held_up(Condition.SERVICE_BUSY, service_busy=Reason(Code.PROTOCOL)), "The register’s answer could"),
    "a case of it": (
        held_up(Condition.OFFLINE, offline=Reason(Code.OFFLINE, Variant.SERVER_DOWN)),
        "The server does not answer.\n",
    ),
    "nothing in its way": (QueueStatus(running=True), ""),
    "files": (ADDED, ""),
    "junk": (ADDED._replace(junk=1_200), "left out as junk: 1,200\n"),
    "taken up": (ADDED._replace(resumed=2), "taken up again: 2\n"),
    "others": (ADDED._replace(others_unfinished=3), "still unfinished from earlier, not part of this run: 3\n"),
    "the end": (QueueIdle(Totals()), ""),
}


@pytest.mark.parametrize(("event", "line"), LINES.values(), ids=LINES)
def test_each_event_is_a_plain_line_in_a_pipe(event: Event, line: str) -> None:
    written = told(event)
    assert written[: len(line) or None] == line
    assert written.count("\n") == max(line.count("\n"), bool(line))


def test_on_a_terminal_the_line_of_counts_speaks_for_what_arrived() -> None:
    names = ("uploaded", "skipped", "failed", "offline", "junk")
    assert told(*(LINES[name][0] for name in names), tty=True) == told(*(LINES[name][0] for name in names[1:]))


def test_what_holds_a_run_up_is_told_when_it_begins_and_when_it_begins_again() -> None:
    offline, nothing = held_up(Condition.OFFLINE), held_up()
    both = held_up(Condition.OFFLINE, Condition.SIGN_IN)
    assert told(offline, offline, both, offline) == "offline – waiting\nthe register refuses the tokens\n"
    assert told(offline, nothing, offline) == "offline – waiting\n" * 2


def test_the_line_of_counts_is_rewritten_whole_and_makes_way_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long, short = done(1_000, bytes_total=5_000_000, bytes_done=2_000, speed=9.0, seconds_left=8.0), done(4_000)
    words = "1,000 of 4,000 files · 2\u00a0KB of 5.0\u00a0MB · 9\u00a0B/s · 8\u00a0s left"
    end = "4,000 of 4,000 files · 0\u00a0B of 0\u00a0B"
    failed = upload(S.FAILED)
    written = told(long, short, failed, failed, Progress((), Totals()), tty=True)
    clear = f"\r{' ' * len(end)}\r"
    assert written == f"\r{words}\r{end.ljust(len(words))}{clear}failed  a.heic\nfailed  a.heic\n"
    assert told(short, tty=True, trial=True) == f"\rTRIAL · {end}"
    monkeypatch.setenv("COLUMNS", "30")
    assert told(long, short, failed, tty=True) == f"\r{words[:29]}\r{end[:29]}\r{' ' * 29}\rfailed  a.heic\n"


def test_the_line_of_counts_goes_at_the_end() -> None:
    stream = Tty()
    terminal = Terminal(stream)
    terminal.show(done(1))
    line = stream.getvalue()
    terminal.clear()
    assert stream.getvalue() == f"{line}\r{' ' * (len(line) - 1)}\r"


def test_each_line_is_there_at_once_and_is_one(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        Terminal(stream).say("a folder\nof two lines")
        assert (tmp_path / "out").read_text("utf-8") == "a folder�of two lines\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has a full disk of its own")  # noqa: PTH110 - short
def test_what_cannot_be_written_disturbs_nobody_also_when_the_stream_is_closed() -> None:
    with open("/dev/full", "w", encoding="utf-8") as stream:  # noqa: PTH123 - a device
        terminal = Terminal(stream)
        terminal.say("a line")
        terminal.say("another")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="as above")  # noqa: PTH110 - as above
def test_wrong_usage_has_its_exit_code_also_where_nobody_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8", buffering=1) as stream:  # noqa: PTH123 - a device
        monkeypatch.setattr(sys, "stderr", stream)
        assert run(["--headless"]) == ExitCode.USAGE_ERROR


def test_the_sums_of_a_run_leave_out_what_there_was_none_of() -> None:
    none = dict.fromkeys(("uploaded", "skipped", "failed", "refused", "cancelled", "pending"), 0)
    assert summary(none | {"files": 1, "uploaded": 1}) == "1 file: 1 uploaded"
    all_kinds = dict.fromkeys(none, 1) | {"files": 6}
    assert summary(all_kinds) == "6 files: 1 uploaded, 1 skipped, 1 failed, 1 refused, 1 cancelled, 1 pending"
    assert summary(all_kinds, trial=True).startswith("6 files: 1 uploaded (trial), 1 skipped (trial), 1 failed, ")
