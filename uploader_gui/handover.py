"""What a later start hands to the window already open: one line of JSON, checked there as a command line is.

Used by `single_instance.py`, which carries it. Whoever sends it is the same person, but not necessarily this program.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from uploader_gui.engine.addresses import ANOMALY_ID

VERSION: Final = 1
MAX_MESSAGE: Final = 16 * 1024 * 1024
MAX_PATHS: Final = 100_000
_CHOICES: Final = ("again", "convert", "zip")
_TYPES: Final[dict[str, type]] = {"version": int, "paths": list, "anomaly_id": str, "start": bool} | dict.fromkeys(
    _CHOICES, bool
)


@dataclass(frozen=True, slots=True)
class Handover:
    """What a later start was given. `paths` are absolute; `anomaly_id` is "" where none was named.

    `again`, `convert` and `zip` are what the command line wants done with these files.
    """

    paths: tuple[Path, ...]
    anomaly_id: str = ""
    start: bool = False
    again: bool = False
    convert: bool = False
    zip: bool = False


class Answer(StrEnum):
    """What the window already open says to a handover."""

    RECEIVED = "received"
    """It is in order, and the window is looking through the files."""
    TAKEN = "taken"
    """The files are in the journal, or wait in the window for a number."""
    OTHER_VERSION = "other version"
    NOT_UNDERSTOOD = "not understood"
    TOO_MANY = "too many"
    NO_ANOMALY = "no anomaly"
    NO_PATH = "no path"
    CANNOT_TAKE = "cannot take"
    """The window has no engine that works."""


class HandoverRefused(Exception):
    """It cannot be taken; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.value)
        self.answer = answer


def encoded(handover: Handover) -> bytes:
    """Return a handover as one line of JSON; undecodable names survive as escapes.

    Raises:
        HandoverRefused: no window would take as much.
    """
    import json  # noqa: PLC0415 - the window stands sooner without

    message = {
        "version": VERSION,
        "paths": [os.path.abspath(path) for path in handover.paths],  # noqa: PTH100 - links stay what they are
        "anomaly_id": handover.anomaly_id,
        "start": handover.start,
    } | {name: getattr(handover, name) for name in _CHOICES}
    line = json.dumps(message).encode() + b"\n"
    if len(handover.paths) > MAX_PATHS or len(line) > MAX_MESSAGE:
        raise HandoverRefused(Answer.TOO_MANY)
    return line


def decoded(line: bytes) -> Handover:
    """Return what a line says.

    Raises:
        HandoverRefused: it says nothing that a command line could.
    """
    message = _message(line)
    paths, anomaly_id = message["paths"], message["anomaly_id"]
    if len(paths) > MAX_PATHS:
        raise HandoverRefused(Answer.TOO_MANY)
    if (anomaly_id or message["start"]) and not ANOMALY_ID.fullmatch(anomaly_id):
        raise HandoverRefused(Answer.NO_ANOMALY)
    if not all(map(_is_path, paths)):
        raise HandoverRefused(Answer.NO_PATH)
    choices = {name: message[name] for name in _CHOICES}
    return Handover(tuple(map(Path, paths)), anomaly_id, message["start"], **choices)


def _message(line: bytes) -> dict[str, Any]:
    """Return the fields, each there and of its type, and no others."""
    import json  # noqa: PLC0415 - as above

    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise HandoverRefused(Answer.NOT_UNDERSTOOD) from error
    if not isinstance(message, dict) or type(message.get("version")) is not int:
        raise HandoverRefused(Answer.NOT_UNDERSTOOD)
    if message["version"] != VERSION:
        raise HandoverRefused(Answer.OTHER_VERSION)
    if {name: type(value) for name, value in message.items()} != _TYPES:
        raise HandoverRefused(Answer.NOT_UNDERSTOOD)
    return message


def _is_path(path: object) -> bool:
    """Whether it is whole, and a file could be called so: no system holds a lone surrogate or a NUL."""
    if not isinstance(path, str) or "\0" in path or not Path(path).is_absolute():
        return False
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
