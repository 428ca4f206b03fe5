"""Errors, states and their steps are closed lists that agree with what is written about them."""

import inspect
import os
import re
import subprocess
import sys
from itertools import product

import pytest

from uploader_gui.engine import errors, models
from uploader_gui.engine.errors import Code, UploaderError
from uploader_gui.engine.models import FINISHED, SENDING, TRANSITIONS, ForbiddenTransitionError, UploadState

CLASSES = {
    kind.__name__: kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, UploaderError)
}
OWN_CODES = {name: kind.__dict__["code"] for name, kind in CLASSES.items() if "code" in kind.__dict__}
NO_ERRORS = {Code.ALREADY_UPLOADED, Code.INTERRUPTED, Code.CANCELLED, Code.NO_ACCESS}
"""Reasons without an error: skipped, left unfinished, cancelled by a person; the tokens just entered are refused."""
STRAIGHT_ON = """
QUEUED: REGISTERING FAILED
REGISTERING: REGISTERED QUEUED FAILED
REGISTERED: UPLOADING QUEUED FAILED
UPLOADING: CONFIRMING RETRYING QUEUED REGISTERED FAILED
CONFIRMING: UPLOADED RETRYING QUEUED FAILED
RETRYING: UPLOADING QUEUED FAILED
FAILED: QUEUED REGISTERED
CANCELLED: QUEUED REGISTERED
REFUSED: QUEUED
UPLOADED:
SKIPPED:
"""
DETOURS = {
    ("QUEUED", "SKIPPED"),  # it turns out to have been sent before
    ("QUEUED", "REFUSED"),
    ("QUEUED", "REGISTERED"),  # cancelled and wanted again before the service had answered
    ("CONFIRMING", "REGISTERED"),  # pause
    ("RETRYING", "REGISTERED"),  # pause
    *(("PREPARING", after) for after in ["QUEUED", "REGISTERED", "FAILED", "SKIPPED", "REFUSED"]),
    *((before, "PREPARING") for before in ["FAILED", "CANCELLED", "REFUSED", "SKIPPED"]),  # a JPEG or ZIP is made of it
    *(("FETCHING", after) for after in ["QUEUED", "PREPARING", "FAILED", "REFUSED"]),  # another program gives it
    ("REFUSED", "SKIPPED"),  # its JPEG or ZIP was sent before
    ("SKIPPED", "REFUSED"),  # to be sent again all the same, but nobody has said how
    ("SKIPPED", "QUEUED"),  # a person wants it sent again all the same
}


def drawn() -> dict[str, tuple[int, str]]:
    """Return what the drawing in the module's docstring says: class -> (depth, the word behind it)."""
    found = {}
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"^([│ ]*(?:[├└]── )?)([A-Z]\w+)\s*(\S*)", line):
            found[match[2]] = (len(match[1]) // 4, match[3])
    return {name: row for name, row in found.items() if name in CLASSES or row[0]}


def test_the_drawing_names_every_class_with_its_parents_and_its_code() -> None:
    words = set(map(str, Code))
    told = {name: word for name, (_, word) in drawn().items() if word in words}
    assert set(drawn()) == set(CLASSES)
    for name, (depth, _) in drawn().items():
        assert len(CLASSES[name].__mro__) - len(UploaderError.__mro__) == depth, name
    assert {name: CLASSES[name].code for name in told} == told
    assert set(OWN_CODES) - set(told) - {"UploaderError", "JournalError"} == set()


def test_each_code_belongs_to_one_class_or_to_no_error_at_all() -> None:
    assert len(set(OWN_CODES.values())) == len(OWN_CODES)
    assert set(OWN_CODES.values()) | NO_ERRORS == set(Code)
    assert not set(OWN_CODES.values()) & NO_ERRORS
    leaves = {kind for kind in CLASSES.values() if not kind.__subclasses__()}
    assert {kind.__name__ for kind in leaves if kind.code is Code.INTERNAL_ERROR} == set()


def test_where_the_outcome_is_unknown_the_same_may_be_asked_again() -> None:
    assert all(kind.retriable for kind in CLASSES.values() if kind.outcome_unknown)
    unknown = {name for name, kind in CLASSES.items() if kind.outcome_unknown}
    assert unknown == {"ConnectionLost", "Stalled", "ServiceFailed", "ProtocolViolated"}


def test_an_error_carries_facts() -> None:
    error = errors.TooManyRequests("slow down", retry_after=7.0)
    assert (error.detail, error.retry_after, str(error)) == ("slow down", 7.0, "service_busy slow down")
    assert errors.Offline().retry_after is None


def test_these_are_all_the_changes_of_state_there_are() -> None:
    rows = [line.split(":") for line in STRAIGHT_ON.strip().splitlines()]
    expected = {(before, after) for before, afters in rows for after in afters.split()}
    expected |= {(state.name, "CANCELLED") for state in UploadState if not state.finished}
    actual = {(before.name, after.name) for before, afters in TRANSITIONS.items() for after in afters}
    assert actual == expected | DETOURS
    assert set(TRANSITIONS) == set(UploadState)


def test_finished_and_sending_have_nothing_in_common() -> None:
    assert not FINISHED & SENDING
    assert {state for state in UploadState if state.finished} == FINISHED


@pytest.mark.parametrize(("before", "after"), list(product(UploadState, UploadState)))
def test_a_step_that_is_not_in_the_table_raises(before: UploadState, after: UploadState) -> None:
    if after in TRANSITIONS[before]:
        models.check_transition(before, after)
    else:
        with pytest.raises(ForbiddenTransitionError, match=f"{before} -> {after}"):
            models.check_transition(before, after)


def loaded_after(statement: str) -> set[str]:
    """Return the packages that are loaded in a process that does this alone."""
    program = f"{statement}\nimport sys\nprint('\\n'.join(name for name, module in sys.modules.items() if module))"
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    return {name.partition(".")[0] for name in found.stdout.split()}


THE_WHOLE_ENGINE = (
    "import importlib, pkgutil, uploader_gui.engine as engine\n"
    "for module in pkgutil.walk_packages(engine.__path__, 'uploader_gui.engine.'):\n"
    "    importlib.import_module(module.name)"
)
ITS_THREAD = "import uploader_gui.engine.thread, uploader_gui.engine.options, uploader_gui.engine.events"


@pytest.mark.parametrize(
    ("statement", "not_loaded"),
    [
        (THE_WHOLE_ENGINE, {"PySide6", "shiboken6", "qasync", "keyring", "platformdirs"}),
        (ITS_THREAD, {"httpx", "pydantic", "pydantic_core", "truststore", "sqlite3", "PySide6"}),
        ("import uploader_gui.engine.addresses", {"httpx", "pydantic", "ssl", "PySide6"}),
        (
            "import uploader_gui.__main__, uploader_gui.engine.pictures.decoder",
            {"subprocess", "ctypes", "PIL", "pi_heif"},
        ),
        ("import uploader_gui.engine.pictures.serve", {"PIL", "pi_heif"}),
    ],
    ids=["the whole engine", "its thread", "the service's address", "a start", "the decoder, before its limits"],
)
def test_nothing_is_loaded_that_is_not_needed_there(statement: str, not_loaded: set[str]) -> None:
    loaded = loaded_after(statement)
    assert not loaded & not_loaded
    assert statement != THE_WHOLE_ENGINE or {"httpx", "sqlite3", "pydantic"} <= loaded


@pytest.mark.parametrize("time", [0, -1, 2**63 - 1, -(2**63), 2**63, 2**63 + 5, -(2**63) - 5])
def test_any_time_of_a_file_is_a_number_that_sqlite_takes(time: int) -> None:
    facts = os.stat_result((0,) * 10, {"st_mtime_ns": time})
    known = models.mtime_of(facts)
    assert -(2**63) <= known < 2**63
    assert (known - time) % 2**64 == 0
