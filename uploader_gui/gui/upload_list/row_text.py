"""The texts of a row: type, state, second line, reason, and what a screen reader reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from uploader_gui import i18n
from uploader_gui.engine.errors import Code
from uploader_gui.engine.media import extension_of, type_name
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.options import offered_treatments
from uploader_gui.failure_messages import again_says_it, cause_and_action
from uploader_gui.gui.upload_list.counts import NEVER_FULL
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import Source, UploadSnapshot

_S = UploadState
_STATE_WORDS: Final[Mapping[UploadState, str]] = {
    _S.FETCHING: N_("Fetching"),
    _S.PREPARING: N_("Preparing"),
    _S.QUEUED: N_("Waiting"),
    _S.REGISTERING: N_("Waiting"),
    _S.REGISTERED: N_("Waiting"),
    _S.UPLOADING: N_("Sending"),
    _S.CONFIRMING: N_("Confirming"),
    _S.RETRYING: N_("Trying again"),
    _S.UPLOADED: N_("Uploaded"),
    _S.SKIPPED: N_("Already there"),
    _S.FAILED: N_("Failed"),
    _S.REFUSED: N_("Refused"),
    _S.CANCELLED: N_("Cancelled"),
}
_TRIAL_WORDS: Final[Mapping[UploadState, str]] = {
    _S.UPLOADED: N_("Uploaded (trial)"),
    _S.SKIPPED: N_("Already there (trial)"),
}
"""In a trial no register has the files, so these states have other words."""
_ATTENTION: Final = (
    _S.FAILED,
    _S.REFUSED,
    _S.RETRYING,
    _S.UPLOADING,
    _S.CONFIRMING,
    _S.FETCHING,
    _S.PREPARING,
    _S.REGISTERING,
    _S.REGISTERED,
    _S.QUEUED,
    _S.CANCELLED,
    _S.SKIPPED,
    _S.UPLOADED,
)
UNDER_WAY: Final = frozenset({_S.UPLOADING, _S.CONFIRMING})
"""The states in which an attempt is under way; between two attempts nothing of a file is sent."""
MOVING: Final = UNDER_WAY | {_S.FETCHING}
"""The states in which bytes move."""
_STILL_SECONDS: Final = 20.0
"""Without a byte for so long, a row says since when."""
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
_INVISIBLE: Final = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
"""Control characters, direction marks, line separators, lone surrogates."""

_WITHOUT_SIZE: Final = frozenset({Code.MISSING, Code.UNREADABLE, Code.NOT_A_FILE, Code.OUTSIDE_LINK, Code.EMPTY_FOLDER})
_TILE_LETTERS: Final = 4
_PHOTO_SUFFIXES: Final = frozenset({".heic", ".heif", ".hif", ".webp", ".tif", ".tiff", ".avif", ".bmp", ".dib"})


def type_label(source: Source) -> str:
    """Return the name of a file's type: `JPEG`, `Excel`, `HEIC`."""
    return type_name_of(source.media_type, source.name)


def type_name_of(media_type: str | None, name: str) -> str:
    """Return the name of a media type; without one, of the file's extension."""
    if known := _TYPES.get(media_type or ""):
        return known[0]
    if media_type == "text/plain":
        return _("Text")
    if media_type == "message/rfc822":
        return _("E-mail")
    return type_name(name) or _("Unknown type")


def tile_letters(source: Source) -> str:
    """Return the letters on a row's tile, four at most."""
    if known := _TYPES.get(source.media_type or ""):
        return known[1]
    return extension_of(source.name).lstrip(".").upper()[:_TILE_LETTERS]


def tile_icon(snapshot: UploadSnapshot) -> str:
    """Return the name of the icon on a row's tile, "" where letters are better."""
    source = snapshot.source
    if snapshot.reason is not None and snapshot.reason.code is Code.EMPTY_FOLDER:
        return "folder"
    media_type = source.media_type or ""
    if media_type.startswith("image/") and media_type != "image/svg+xml":
        return "picture"
    if extension_of(source.name) in _PHOTO_SUFFIXES:
        return "picture"
    if media_type in {"message/rfc822", "application/vnd.ms-outlook"}:
        return "mail"
    return "" if tile_letters(source) else "file"


def visible_name(name: str) -> str:
    """Return a file name without characters that reverse or break the line: names come from strangers."""
    return _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", name)


def fraction(snapshot: UploadSnapshot, progress: UploadProgress | None) -> float:
    """Return how much of a running upload is sent, 0 to `NEVER_FULL`; 0 between two attempts."""
    if snapshot.state is _S.CONFIRMING and progress is None:
        return NEVER_FULL
    if progress is None or snapshot.sent.size <= 0 or snapshot.state not in MOVING:
        return 0.0
    return min(progress.bytes_sent / snapshot.sent.size, NEVER_FULL)


def state_text(snapshot: UploadSnapshot, progress: UploadProgress | None, now: float) -> str:
    """Return the state in words; for a running upload percent and speed. `now` is `time.monotonic()`."""
    if standstill := _standstill_text(snapshot, progress, now):
        return standstill
    if _is_being_sent(snapshot, progress):
        return _progress_text(snapshot, progress)
    if snapshot.state is _S.FETCHING and progress is not None:
        known = i18n.percent(fraction(snapshot, progress)) if snapshot.source.size else i18n.size(progress.bytes_sent)
        return _("Fetching … {amount}", amount=known)
    if is_counting(snapshot) and snapshot.retry_at is not None and snapshot.retry_at > now:
        return _("Trying again in {time}", time=i18n.countdown(snapshot.retry_at - now))
    return state_word(snapshot)


def state_word(snapshot: UploadSnapshot) -> str:
    """Return the state as one word; a trial has words of its own for uploaded files."""
    trial = _TRIAL_WORDS.get(snapshot.state) if snapshot.trial else None
    return _(trial or _STATE_WORDS[snapshot.state])


def is_counting(snapshot: UploadSnapshot) -> bool:
    """Return whether the row counts down to its next attempt."""
    return snapshot.retry_at is not None and snapshot.state in {_S.RETRYING, _S.QUEUED}


def anomaly_text(snapshot: UploadSnapshot) -> str:
    """Return a row's anomaly, as its second line names it."""
    return _("Anomaly {number}", number=snapshot.anomaly_id)


def facts_text(snapshot: UploadSnapshot, *, with_anomaly: bool) -> str:
    """Return the first part of the second line: size · type, and the anomaly where rows have different ones."""
    facts = [i18n.size(snapshot.source.size), type_label(snapshot.source)] if is_size_known(snapshot) else []
    if sent := sent_as(snapshot):
        facts.append(sent)
    if with_anomaly:
        facts.append(anomaly_text(snapshot))
    if snapshot.elsewhere:
        facts.append(_("Server {name}", name=server_name(snapshot.elsewhere)))
    return _SEPARATOR.join(facts)


def sent_as(snapshot: UploadSnapshot) -> str:
    """Return what is sent in a file's place, empty where it goes itself."""
    if snapshot.substitute is None or snapshot.state is _S.PREPARING:
        return ""
    name, size = visible_name(snapshot.sent.name), i18n.size(snapshot.sent.size)
    if snapshot.substitute.without_metadata and not snapshot.state.stored:
        return _(
            "will be sent as {name} ({size}) without details, such as date or place, that could not be read",
            name=name,
            size=size,
        )
    if snapshot.substitute.without_metadata:
        return _(
            "sent as {name} ({size}) without details, such as date or place, that could not be read",
            name=name,
            size=size,
        )
    if not snapshot.state.stored:
        return _("will be sent as {name} ({size})", name=name, size=size)
    return _("sent as {name} ({size})", name=name, size=size)


def sizes_text(sent: int, originals: int) -> str:
    """Return the size of what is sent, and beside it that of what it was made from, where they are different."""
    if i18n.size(sent) == i18n.size(originals):
        return i18n.size(sent)
    return _("{sent}; originals: {originals}", sent=i18n.size(sent), originals=i18n.size(originals))


def server_name(address: str) -> str:
    """Return a server's address without `https://` and the final slash."""
    return address.removeprefix("https://").rstrip("/")


def is_size_known(snapshot: UploadSnapshot) -> bool:
    """Return whether size and type are known."""
    return is_known(snapshot.source.size, snapshot.reason.code if snapshot.reason else None)


def is_known(size: int, code: str | None) -> bool:
    """Return whether a size is known: “0 B” would be wrong for a missing file or a folder. `code` is the reason's."""
    return size > 0 or code not in _WITHOUT_SIZE


def reason_text(snapshot: UploadSnapshot) -> str:
    """Return the second part of the second line: the reason, and what to do unless a button of the row says it."""
    parts = []
    if snapshot.elsewhere and not snapshot.state.finished:
        parts = [_("Waits until this server is set again.")]
    elif snapshot.reason is not None and not _is_in_banner(snapshot):
        remedy = cause_and_action(snapshot.reason)
        parts = [visible_name(remedy.why), _action_text(snapshot, remedy.action)]
    if snapshot.sent.name_shortened:
        parts.append(_("The name is shortened to 250 characters."))
    if snapshot.may_be_registered_twice:
        parts.append(_("May be registered twice."))
    elif snapshot.url_given_out and snapshot.state is _S.FAILED and not snapshot.trial:
        parts.append(_("The register may have an entry for it, without the file."))
    return " ".join(part for part in parts if part)


def whole_reason(snapshot: UploadSnapshot) -> str:
    """Return the whole reason with the server's own words, for tooltip and clipboard; "" for none."""
    return cause_and_action(snapshot.reason).whole if snapshot.reason else ""


def accessible_text(
    snapshot: UploadSnapshot, progress: UploadProgress | None, now: float, *, with_anomaly: bool = False
) -> str:
    """Return the row as a screen reader reads it: `IMG_1.jpg, 42 %, sending`."""
    parts = [visible_name(snapshot.source.name)]
    if _is_being_sent(snapshot, progress):
        word = _standstill_text(snapshot, progress, now) or _(_STATE_WORDS[_S.UPLOADING])
        parts += [i18n.percent(fraction(snapshot, progress)), word.lower()]
    else:
        parts.append(state_text(snapshot, progress, now).lower())
    if with_anomaly:
        parts.append(anomaly_text(snapshot))
    if snapshot.elsewhere:
        parts.append(_("Server {name}", name=server_name(snapshot.elsewhere)))
    if why := reason_text(snapshot):
        parts.append(why)
    return ", ".join(parts)


def attention_rank(snapshot: UploadSnapshot) -> int:
    """Return a state's rank for sorting: what needs a person first, what is done last."""
    return _ATTENTION.index(snapshot.state)


def _standstill_text(snapshot: UploadSnapshot, progress: UploadProgress | None, now: float) -> str:
    """Return for how long nothing has moved, "" where something does, or nothing has to."""
    if progress is None or not progress.moved_at or snapshot.state not in MOVING:
        return ""
    still = now - progress.moved_at
    return _("Nothing has moved for {time}", time=i18n.duration(still)) if still >= _STILL_SECONDS else ""


def _is_being_sent(snapshot: UploadSnapshot, progress: UploadProgress | None) -> bool:
    """Return whether bytes are on their way: the last ones may still be in this computer when all were handed over."""
    if snapshot.state is _S.CONFIRMING:
        return progress is not None and progress.bytes_sent < snapshot.sent.size
    return snapshot.state is _S.UPLOADING


def _progress_text(snapshot: UploadSnapshot, progress: UploadProgress | None) -> str:
    parts = [i18n.percent(fraction(snapshot, progress))]
    if progress is not None and progress.speed > 0:
        parts.append(i18n.speed(progress.speed))
    return "  ·  ".join(parts)


def _is_in_banner(snapshot: UploadSnapshot) -> bool:
    """Return whether the banner shows the reason: one sign-in is for all waiting files."""
    return snapshot.reason is not None and snapshot.reason.code is Code.SIGN_IN and not snapshot.state.finished


def _action_text(snapshot: UploadSnapshot, action: str) -> str:
    """Return what a person can do, "" where a button of the row says it or nothing can be done.

    A waiting file may have been paused by a person, so it says nothing; one that is sent again needs nothing.
    """
    if snapshot.state in {_S.QUEUED, _S.REGISTERED}:
        return ""
    if not snapshot.state.finished:
        return _("No action needed.")
    if offered_treatments(snapshot):
        return ""
    has_button = snapshot.state in {_S.FAILED, _S.CANCELLED, _S.SKIPPED}
    if has_button and snapshot.reason is not None and again_says_it(snapshot.reason):
        return ""
    return "" if snapshot.state in {_S.SKIPPED, _S.CANCELLED} else action
