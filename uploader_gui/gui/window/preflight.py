"""The summary of dropped files, added up over several drops: how many will be sent, how many not, and why.

No widgets: `preflight_strip.py` shows it. Once files are being sent, the list shows what becomes of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine import events
from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import UploadState, may_change_anomaly
from uploader_gui.engine.options import offered_treatments
from uploader_gui.gui.upload_list.row_text import sizes_text
from uploader_gui.i18n import NN_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uploader_gui.engine.models import UploadId, UploadSnapshot

_S = UploadState
_Counted = tuple[str, str]
_REASONS: Final[Mapping[Code, _Counted]] = {
    Code.TYPE_NOT_ACCEPTED: NN_(
        "{count} is of a type the register does not accept", "{count} are of a type the register does not accept"
    ),
    Code.EMPTY_FILE: NN_("{count} is empty", "{count} are empty"),
    Code.EMPTY_FOLDER: NN_("{count} folder is empty", "{count} folders are empty"),
    Code.UNREADABLE: NN_("{count} cannot be read", "{count} cannot be read"),
    Code.MISSING: NN_("{count} is not there", "{count} are not there"),
    Code.TOO_LARGE: NN_("{count} is too large", "{count} are too large"),
    Code.NOT_A_FILE: NN_(
        "{count} cannot be sent (not an ordinary file)", "{count} cannot be sent (not ordinary files)"
    ),
    Code.OUTSIDE_LINK: NN_(
        "{count} cannot be sent (not an ordinary file)", "{count} cannot be sent (not ordinary files)"
    ),
}
_OTHER_REASON: Final = NN_("{count} cannot be sent", "{count} cannot be sent")
_SEPARATOR: Final = " · "
_ASKED_OR_FOUND_OUT: Final = frozenset({_S.PREPARING, _S.QUEUED, _S.SKIPPED, _S.REFUSED})
"""The states a file can take before it is sent: compared with earlier uploads, converted, sent despite that."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The strip's texts: what will be sent, what will not ("" for none), what was sent before ("" for none).

    `sent_before` are the skipped uploads, which can be sent again; `helpable`: refused files can be converted.
    `elsewhere`: what went to another anomaly before ("" for nothing), and `meant` are those probably meant for `other`.
    """

    going: str
    not_going: str = ""
    before: str = ""
    sent_before: tuple[UploadId, ...] = ()
    helpable: bool = False
    elsewhere: str = ""
    other: str = ""
    meant: tuple[UploadId, ...] = ()


class Preflight:
    """Adds up drops until `forget`. `running`: files are being sent."""

    def __init__(self) -> None:
        self._uploads: dict[UploadId, UploadSnapshot] = {}
        self._counts: Counter[_Counted] = Counter()
        self._elsewhere: events.SentElsewhere | None = None
        self._complete = False
        self.running = False

    def forget(self) -> None:
        """Start again with nothing: the summary was closed, or sending has begun."""
        self._uploads.clear()
        self._counts.clear()
        self._elsewhere = None
        self._complete = False

    def handle_event(self, event: events.Event) -> bool:
        """Update from an event of the engine; return whether the summary may have changed."""
        match event:
            case events.QueueStatus(running):
                self.running = running
            case events.UploadsAdded(uploads):  # shown with PathsAdded, when the whole drop is scanned
                self._uploads.update((one.upload_id, one) for one in uploads)
            case events.UploadsChanged(uploads):
                return self._change(uploads)
            case events.UploadsRemoved(upload_ids):
                return self._remove(upload_ids)
            case events.Resumed(upload_ids, ended):
                return self._leave_out((*upload_ids, *ended))
            case events.UploadsRestored(upload_ids):
                return self._leave_out(upload_ids)
            case events.SentElsewhere():
                self._elsewhere = event
            case events.PathsAdded():
                self._add(event)
        return isinstance(event, events.SentElsewhere | events.PathsAdded)

    def summary(self) -> Summary | None:
        """Return the summary in the current language, None while there is nothing to show."""
        if not self._complete:
            return None
        uploads = [one for one in self._uploads.values() if not one.elsewhere]
        if self._uploads and not uploads:
            return None  # all files wait for another server: the banner says so
        going = [one for one in uploads if not one.state.finished]
        before = [one for one in uploads if one.state is _S.SKIPPED]
        not_going = self._not_going_text(uploads)
        if not (going or before or not_going):
            return None
        meant = self._meant(uploads)
        return Summary(
            _going_text(
                going,
                listed=bool(
                    self._counts[NN_("{count} file was in the list already", "{count} files were in the list already")]
                    or self._counts[NN_("{count} unfinished file goes on", "{count} unfinished files go on")]
                ),
            ),
            not_going,
            _before_text(before),
            tuple(one.upload_id for one in before),
            any(map(offered_treatments, uploads)),
            _elsewhere_text(self._elsewhere) if meant and self._elsewhere else "",
            self._elsewhere.other if self._elsewhere else "",
            meant,
        )

    def _meant(self, uploads: Iterable[UploadSnapshot]) -> tuple[UploadId, ...]:
        """Return what was probably meant for another anomaly, and can still go there."""
        sent = self._elsewhere
        if sent is None:
            return ()
        free = {one.upload_id for one in uploads if one.anomaly_id == sent.anomaly_id and may_change_anomaly(one)}
        return tuple(one for one in sent.upload_ids if one in free)

    @property
    def is_plain(self) -> bool:
        """Whether everything dropped will be sent, so that the list shows all there is."""
        return (
            not self._counts.total()
            and self._elsewhere is None
            and not any(one.state.finished for one in self._uploads.values())
        )

    def _leave_out(self, upload_ids: Iterable[UploadId]) -> bool:
        """Leave out rows that no drop brought; return whether there were some."""
        return bool([self._uploads.pop(one) for one in upload_ids if one in self._uploads])

    def _change(self, uploads: Iterable[UploadSnapshot]) -> bool:
        known = {one.upload_id: one for one in uploads if one.upload_id in self._uploads and self._matters(one)}
        other = any(_shown(self._uploads[key]) != _shown(one) for key, one in known.items())
        self._uploads.update(known)
        return other

    def _matters(self, upload: UploadSnapshot) -> bool:
        """Return whether a new state belongs into the summary: being sent does not change what was dropped."""
        if self.running:
            return upload.state in _ASKED_OR_FOUND_OUT
        return upload.state is not _S.UPLOADED

    def _remove(self, upload_ids: Iterable[UploadId]) -> bool:
        """While files are sent, unfinished rows are removed because they were uploaded: they still count."""
        uploads = self._uploads
        gone = [one for one in upload_ids if one in uploads and (uploads[one].state.finished or not self.running)]
        for one in gone:
            del uploads[one]
        return bool(gone)

    def _add(self, event: events.PathsAdded) -> None:
        self._complete = True
        self._counts[NN_("{count} system file was left out", "{count} system files were left out")] += event.junk
        self._counts[NN_("{count} file was in the list already", "{count} files were in the list already")] += (
            event.already_in_queue
        )
        self._counts[NN_("{count} unfinished file goes on", "{count} unfinished files go on")] += event.resumed
        self._counts[NN_("{count} other file is still unfinished", "{count} other files are still unfinished")] = (
            event.others_unfinished
        )

    def _not_going_text(self, uploads: Iterable[UploadSnapshot]) -> str:
        whys = Counter(_reason_of(one) for one in uploads if one.state in {_S.REFUSED, _S.FAILED})
        parts = [
            *((why, whys[why]) for why in dict.fromkeys([*_REASONS.values(), _OTHER_REASON]) if why in whys),
            *self._counts.items(),
        ]
        return _SEPARATOR.join(ngettext(*sentence, count) for sentence, count in parts if count)


def _shown(upload: UploadSnapshot) -> tuple[UploadState, str, str, int]:
    """Return what the summary shows of an upload."""
    return upload.state, upload.elsewhere, upload.anomaly_id, upload.sent.size


def _reason_of(upload: UploadSnapshot) -> _Counted:
    return _REASONS.get(upload.reason.code, _OTHER_REASON) if upload.reason else _OTHER_REASON


def _size_text(uploads: Iterable[UploadSnapshot]) -> str:
    sizes = [(one.sent.size, one.source.size) for one in uploads]
    return sizes_text(sum(sent for sent, _own in sizes), sum(own for _sent, own in sizes))


def _going_text(uploads: list[UploadSnapshot], *, listed: bool) -> str:
    """Return the first line. `listed`: dropped files were on the list already, and may be sent from there."""
    if not uploads:
        return _("Nothing new to send in this.") if listed else _("Nothing of this will be sent.")
    if any(one.trial for one in uploads):
        return ngettext(
            "{count} file ({size}) will be tried out.",
            "{count} files ({size}) will be tried out.",
            len(uploads),
            size=_size_text(uploads),
        )
    anomalies = {one.anomaly_id for one in uploads}
    several = len(anomalies) > 1
    where = _("to the anomalies they were dropped for") if several else _("to anomaly {number}", number=anomalies.pop())
    return ngettext(
        "{count} file ({size}) will be sent {where}.",
        "{count} files ({size}) will be sent {where}.",
        len(uploads),
        size=_size_text(uploads),
        where=where,
    )


def _before_text(uploads: list[UploadSnapshot]) -> str:
    return (
        ngettext(
            "{count} was already uploaded to this anomaly {when} and will not be sent again.",
            "{count} were already uploaded to this anomaly {when} and will not be sent again.",
            len(uploads),
            when=_when_text(uploads),
        )
        if uploads
        else ""
    )


def _elsewhere_text(sent: events.SentElsewhere) -> str:
    from uploader_gui.gui.receipts.receipt_words import day  # noqa: PLC0415 - seldom needed; the first paint does not wait for it

    sentence = (
        NN_(
            "This file went to anomaly {number} on {day}. Is the number right?",
            "These {count} files went to anomaly {number}, the last one on {day}. Is the number right?",
        )
        if sent.count == sent.of
        else NN_(
            "{count} of these files went to anomaly {number} on {day}. Is the number right?",
            "{count} of these files went to anomaly {number}, the last one on {day}. Is the number right?",
        )
    )
    return ngettext(*sentence, sent.count, number=sent.other, day=day(sent.at))


def _when_text(uploads: list[UploadSnapshot]) -> str:
    times = sorted(one.sent_before for one in uploads if one.sent_before is not None)
    if not times:
        return _("earlier")
    from uploader_gui.gui.receipts.receipt_words import day  # noqa: PLC0415 - seldom needed; the first paint does not wait for it

    first, last = day(times[0]), day(times[-1])
    return _("on {day}", day=first) if first == last else _("between {first} and {last}", first=first, last=last)
