"""A row in words: type, state, second line. Painted by the delegate, read aloud through the model."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.conversion_choices import offered_treatments
from uploader_gui.engine.errors import Code
from uploader_gui.engine.media import type_name
from uploader_gui.engine.models import UploadState
from uploader_gui.text import Words
from uploader_gui.words import units
from uploader_gui.words.remedies import again_says_it, cause_and_action
from uploader_gui.words.treatments import TreatmentWords, sent_as

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import Source, UploadSnapshot
    from uploader_gui.words.translation import Sentence

_S = UploadState
_STATE_WORDS: Final[Mapping[UploadState, Sentence]] = {
    _S.PREPARING: TreatmentWords.PREPARING,
    _S.QUEUED: Words.WAITING,
    _S.REGISTERING: Words.WAITING,
    _S.REGISTERED: Words.WAITING,
    _S.UPLOADING: Words.SENDING,
    _S.CONFIRMING: Words.CONFIRMING,
    _S.RETRYING: Words.TRYING_AGAIN,
    _S.UPLOADED: Words.UPLOADED,
    _S.SKIPPED: Words.SKIPPED,
    _S.FAILED: Words.FAILED,
    _S.REFUSED: Words.REFUSED,
    _S.CANCELLED: Words.CANCELLED,
}
_TRIAL_WORDS: Final[Mapping[UploadState, Sentence]] = {
    _S.UPLOADED: Words.UPLOADED_TRIAL,
    _S.SKIPPED: Words.SKIPPED_TRIAL,
}
"""No register has what was only tried out."""
_ATTENTION: Final = (
    _S.FAILED,
    _S.REFUSED,
    _S.RETRYING,
    _S.UPLOADING,
    _S.CONFIRMING,
    _S.PREPARING,
    _S.REGISTERING,
    _S.REGISTERED,
    _S.QUEUED,
    _S.CANCELLED,
    _S.SKIPPED,
    _S.UPLOADED,
)
_SEPARATOR: Final = " · "
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "image/jpeg": ("JPEG", "JPG"),
    "image/png": ("PNG", "PNG"),
    "image/gif": ("GIF", "GIF"),
    "image/svg+xml": ("SVG", "SVG"),
    "text/csv": ("CSV", "CSV"),
    "application/pdf": ("PDF", "PDF"),
    "application/msword": ("Word", "DOC"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("Word", "DOC"),
    "application/vnd.ms-excel": ("Excel", "XLS"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("Excel", "XLS"),
    "application/zip": ("ZIP", "ZIP"),
    "application/x-7z-compressed": ("7-Zip", "7Z"),
    "application/vnd.ms-outlook": ("Outlook", "MSG"),
}
_UNSEEN: Final = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
"""Control characters, marks of direction, line separators, lone surrogates."""

_NEVER_SEEN: Final = frozenset({Code.MISSING, Code.UNREADABLE, Code.NOT_A_FILE, Code.OUTSIDE_LINK, Code.EMPTY_FOLDER})
_TILE_LETTERS: Final = 4
_PHOTO_SUFFIXES: Final = frozenset({".heic", ".heif", ".webp", ".tif", ".tiff", ".avif", ".bmp"})


def type_label(source: Source) -> str:
    """Name a file's type for people: `JPEG`, `Excel`, `HEIC`."""
    return type_name_of(source.media_type, source.name)


def type_name_of(media_type: str | None, name: str) -> str:
    """Name a type for people by what it is registered as, else by the file's name."""
    if known := _TYPES.get(media_type or ""):
        return known[0]
    if media_type == "text/plain":
        return Words.TYPE_TEXT.text
    if media_type == "message/rfc822":
        return Words.TYPE_EMAIL.text
    return type_name(name) or Words.TYPE_UNKNOWN.text


def tile_letters(source: Source) -> str:
    """Give the at most four letters on a row's tile."""
    if known := _TYPES.get(source.media_type or ""):
        return known[1]
    return PurePath(source.name).suffix.lstrip(".").upper()[:_TILE_LETTERS]


def tile_icon(snapshot: UploadSnapshot) -> str:
    """Name the icon on a row's tile, empty where letters tell more."""
    source = snapshot.source
    if snapshot.reason is not None and snapshot.reason.code is Code.EMPTY_FOLDER:
        return "folder"
    media_type = source.media_type or ""
    if media_type.startswith("image/") and media_type != "image/svg+xml":
        return "picture"
    if PurePath(source.name).suffix.lower() in _PHOTO_SUFFIXES:
        return "picture"
    if media_type in {"message/rfc822", "application/vnd.ms-outlook"}:
        return "mail"
    return "" if tile_letters(source) else "file"


def visible_name(name: str) -> str:
    """Give a name that cannot turn the line around or break it: file names are data."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", name)


def fraction(snapshot: UploadSnapshot, progress: UploadProgress | None) -> float:
    """Give how much of a running upload is sent, 0 to 1. Full means only that the server is asked now."""
    if snapshot.state is _S.CONFIRMING:
        return 1.0
    if progress is None or snapshot.sent.size <= 0:
        return 0.0
    return min(progress.bytes_sent / snapshot.sent.size, 1.0)


def state_text(snapshot: UploadSnapshot, progress: UploadProgress | None, now: float) -> str:
    """Give the state in words; a running upload gives percent and speed instead. `now` is monotonic."""
    if snapshot.state is _S.UPLOADING:
        return _progress_text(snapshot, progress)
    if is_counting(snapshot) and snapshot.retry_at is not None and snapshot.retry_at > now:
        return Words.TRYING_AGAIN_IN.filled(units.countdown(snapshot.retry_at - now))
    return state_word(snapshot)


def state_word(snapshot: UploadSnapshot) -> str:
    """Give the state as one word; in a trial it says so where a register would have the file."""
    trial = _TRIAL_WORDS.get(snapshot.state) if snapshot.trial else None
    return (trial or _STATE_WORDS[snapshot.state]).text


def is_counting(snapshot: UploadSnapshot) -> bool:
    """Tell whether the row counts down to its next attempt."""
    return snapshot.retry_at is not None and snapshot.state in {_S.RETRYING, _S.QUEUED}


def facts_text(snapshot: UploadSnapshot, *, with_anomaly: bool) -> str:
    """Give the first half of the second line: size · type, and the anomaly where rows differ in it."""
    facts = [units.size(snapshot.source.size), type_label(snapshot.source)] if was_seen(snapshot) else []
    if sent := sent_as(snapshot, visible_name(snapshot.sent.name)):
        facts.append(sent)
    if with_anomaly:
        facts.append(Words.ANOMALY_NAMED.filled(snapshot.anomaly_id))
    if snapshot.elsewhere:
        facts.append(Words.SERVER_NAMED.filled(server_name(snapshot.elsewhere)))
    return _SEPARATOR.join(facts)


def server_name(address: str) -> str:
    """Give a server's address as people call it: without the scheme where that is the usual one."""
    return address.removeprefix("https://").rstrip("/")


def was_seen(snapshot: UploadSnapshot) -> bool:
    """Tell whether size and type are known."""
    return is_known(snapshot.source.size, snapshot.reason.code if snapshot.reason else None)


def is_known(size: int, code: str | None) -> bool:
    """Tell whether a size says something: of what is not there, or no file, “0 B” would be an untrue figure."""
    return size > 0 or code not in _NEVER_SEEN


def reason_text(snapshot: UploadSnapshot) -> str:
    """Give the second half of the second line: why, and what to do unless a button of the row says it."""
    parts = []
    if snapshot.elsewhere and not snapshot.state.finished:
        parts = [Words.WAITS_FOR_SERVER.text]
    elif snapshot.reason is not None and not _is_said_by_the_banner(snapshot):
        remedy = cause_and_action(snapshot.reason)
        parts = [remedy.cause, _action_text(snapshot, remedy.action)]
    if snapshot.sent.name_shortened:
        parts.append(Words.NAME_SHORTENED.text)
    if snapshot.may_be_registered_twice:
        parts.append(Words.TWICE.text)
    return " ".join(part for part in parts if part)


def whole_reason(snapshot: UploadSnapshot) -> str:
    """Give everything known about why, with the server's own words: tooltip and clipboard."""
    return cause_and_action(snapshot.reason).whole if snapshot.reason else ""


def spoken(snapshot: UploadSnapshot, progress: UploadProgress | None, now: float) -> str:
    """Give the row as a screen reader says it: `IMG_1.jpg, 42 %, sending`."""
    parts = [visible_name(snapshot.source.name)]
    if snapshot.state is _S.UPLOADING:
        parts += [units.percent(fraction(snapshot, progress)), state_word(snapshot).lower()]
    else:
        parts.append(state_text(snapshot, progress, now).lower())
    if snapshot.elsewhere:
        parts.append(Words.SERVER_NAMED.filled(server_name(snapshot.elsewhere)))
    if why := reason_text(snapshot):
        parts.append(why)
    return ", ".join(parts)


def attention(snapshot: UploadSnapshot) -> int:
    """Rank a state for sorting: what needs a person first, what is done last."""
    return _ATTENTION.index(snapshot.state)


def _progress_text(snapshot: UploadSnapshot, progress: UploadProgress | None) -> str:
    parts = [units.percent(fraction(snapshot, progress))]
    if progress is not None and progress.speed > 0:
        parts.append(units.speed(progress.speed))
    return "  ·  ".join(parts)


def _is_said_by_the_banner(snapshot: UploadSnapshot) -> bool:
    """Signing in is one person's one step for all files that wait for it: not a reason of each row."""
    return snapshot.reason is not None and snapshot.reason.code is Code.SIGN_IN and not snapshot.state.finished


def _action_text(snapshot: UploadSnapshot, action: str) -> str:
    """What goes on by itself asks for nothing; a bare “Try again.” is the row's button already.

    What waits may wait for a person, who paused it: it only says why.
    """
    if snapshot.state in {_S.QUEUED, _S.REGISTERED}:
        return ""
    if not snapshot.state.finished:
        return Words.NOTHING_TO_DO.text
    if offered_treatments(snapshot):
        return ""
    has_button = snapshot.state in {_S.FAILED, _S.CANCELLED, _S.SKIPPED}
    if has_button and snapshot.reason is not None and again_says_it(snapshot.reason):
        return ""
    return "" if snapshot.state in {_S.SKIPPED, _S.CANCELLED} else action
