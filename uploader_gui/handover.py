"""The messages between a later start and the window already open: one line of JSON each, checked like a command line.

The sender runs as the same user, but is not necessarily this program. `single_instance.py` transports them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from uploader_gui.engine.addresses import ANOMALY_ID

VERSION: Final = 3
MAX_MESSAGE: Final = 16 * 1024 * 1024
MAX_PATHS: Final = 100_000
_CHOICES: Final = ("again", "convert", "zip", "link")
_TYPES: Final[dict[str, type]] = {
    "version": int,
    "paths": list,
    "anomaly_id": str,
    "start": bool,
    "server": str,
} | dict.fromkeys(_CHOICES, bool)


@dataclass(frozen=True, slots=True)
class Handover:
    """What a later start hands over. `paths` are absolute; `anomaly_id` is "" where none was given.

    `again`, `convert` and `zip` are the options of the command line for these files. `link`: the number came from a
    link, which anyone may have made: nothing else was taken from it.
    `server` is the one that start would send to, "" for the usual one.
    """

    paths: tuple[Path, ...] = ()
    anomaly_id: str = ""
    start: bool = False
    again: bool = False
    convert: bool = False
    zip: bool = False
    link: bool = False
    server: str = ""


class Answer(StrEnum):
    """The answers of the window already open."""

    RECEIVED = "received"
    """It is valid, and the window is scanning the files."""
    TAKEN = "taken"
    """The files are in the journal, or wait in the window for an anomaly's number."""
    OTHER_VERSION = "other version"
    NOT_UNDERSTOOD = "not understood"
    TOO_MANY = "too many"
    NO_ANOMALY = "no anomaly"
    NO_PATH = "no path"
    OTHER_SERVER = "other server"
    """The window sends to another server than that start would."""
    CANNOT_TAKE = "cannot take"
    """The window's engine does not run."""


class HandoverRefused(Exception):
    """It is not taken; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.value)
        self.answer = answer


def encode(handover: Handover) -> bytes:
    """Return a handover as one line of JSON; undecodable names are kept as escapes.

    Raises:
        HandoverRefused: it is larger than any window takes.
    """
    import json  # noqa: PLC0415 - not before the first paint

    message = {
        "version": VERSION,
        "paths": [os.path.abspath(path) for path in handover.paths],  # noqa: PTH100 - links stay what they are
        "anomaly_id": handover.anomaly_id,
        "start": handover.start,
        "server": handover.server,
    } | {name: getattr(handover, name) for name in _CHOICES}
    line = json.dumps(message).encode() + b"\n"
    if len(handover.paths) > MAX_PATHS or len(line) > MAX_MESSAGE:
        raise HandoverRefused(Answer.TOO_MANY)
    return line


def decode(line: bytes) -> Handover:
    """Return the handover in a line of JSON.

    Raises:
        HandoverRefused: it is not something a command line could ask for.
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
    if message["link"] and (paths or message["start"] or not anomaly_id):
        raise HandoverRefused(Answer.NOT_UNDERSTOOD)
    return Handover(tuple(map(Path, paths)), anomaly_id, message["start"], server=message["server"], **choices)


def _message(line: bytes) -> dict[str, Any]:
    """Return the fields; all of them are there, of their types, and no others."""
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
    """Return whether it is an absolute path a file can have: no system stores a lone surrogate or a NUL."""
    if not isinstance(path, str) or "\0" in path or not Path(path).is_absolute():
        return False
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
