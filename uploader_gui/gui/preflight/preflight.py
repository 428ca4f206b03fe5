"""The summary of dropped files, added up over several drops: how many will be sent, how many not, and why.

No widgets: `preflight_strip.py` shows it. Once files are being sent, the list shows what becomes of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine import events
from uploader_gui.engine.conversion_choices import offered_treatments
from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import UploadState
from uploader_gui.words import units
from uploader_gui.words.deposits import DropCounts, DropWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uploader_gui.engine.models import UploadId, UploadSnapshot

_S = UploadState
_D = DropCounts
_REASONS: Final[Mapping[Code, DropCounts]] = {
    Code.TYPE_NOT_ACCEPTED: _D.TYPE,
    Code.EMPTY_FILE: _D.EMPTY,
    Code.EMPTY_FOLDER: _D.EMPTY_FOLDER,
    Code.UNREADABLE: _D.UNREADABLE,
    Code.MISSING: _D.MISSING,
    Code.TOO_LARGE: _D.TOO_LARGE,
    Code.NOT_A_FILE: _D.NO_FILE,
    Code.OUTSIDE_LINK: _D.NO_FILE,
}
_SEPARATOR: Final = " · "
_ASKED_OR_FOUND_OUT: Final = frozenset({_S.PREPARING, _S.QUEUED, _S.SKIPPED, _S.REFUSED})
"""The states a file can take before it is sent: compared with earlier uploads, converted, sent despite that."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The strip's texts: what will be sent, what will not ("" for none), what was sent before ("" for none).

    `sent_before` are the skipped uploads, which can be sent again; `helpable`: refused files can be converted.
    """

    going: str
    not_going: str = ""
    before: str = ""
    sent_before: tuple[UploadId, ...] = ()
    helpable: bool = False


class Preflight:
    """Adds up drops until `forget`."""

    def __init__(self) -> None:
        self._uploads: dict[UploadId, UploadSnapshot] = {}
        self._counts: Counter[DropCounts] = Counter()
        self._complete = False
        self._running = False

    def forget(self) -> None:
        """Start again with nothing: the summary was closed, or sending has begun."""
        self._uploads.clear()
        self._counts.clear()
        self._complete = False

    def handle_event(self, event: events.Event) -> bool:
        """Update from an event of the engine; return whether the summary may have changed."""
        match event:
            case events.QueueStatus(running):
                self._running = running
            case events.UploadsAdded(uploads):  # shown with PathsAdded, when the whole drop is scanned
                self._uploads.update((one.upload_id, one) for one in uploads)
            case events.UploadsChanged(uploads):
                return self._change(uploads)
            case events.UploadsRemoved(upload_ids):
                return self._remove(upload_ids)
            case events.Resumed(upload_ids, ended):
                return bool([self._uploads.pop(one) for one in (*upload_ids, *ended) if one in self._uploads])
            case events.UploadsRestored(upload_ids):
                return bool([self._uploads.pop(one) for one in upload_ids if one in self._uploads])
            case events.PathsAdded():
                self._add(event)
                return True
        return False

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
        return Summary(
            _going_text(going, listed=bool(self._counts[_D.LISTED] or self._counts[_D.TAKEN_UP])),
            not_going,
            _before_text(before),
            tuple(one.upload_id for one in before),
            any(map(offered_treatments, uploads)),
        )

    @property
    def is_plain(self) -> bool:
        """Whether everything dropped will be sent, so that the list shows all there is."""
        return not self._counts.total() and not any(one.state.finished for one in self._uploads.values())

    def _change(self, uploads: Iterable[UploadSnapshot]) -> bool:
        known = {one.upload_id: one for one in uploads if one.upload_id in self._uploads and self._matters(one)}
        other = any(_shown(self._uploads[key]) != _shown(one) for key, one in known.items())
        self._uploads.update(known)
        return other

    def _matters(self, upload: UploadSnapshot) -> bool:
        """Return whether a new state belongs into the summary: being sent does not change what was dropped."""
        if self._running:
            return upload.state in _ASKED_OR_FOUND_OUT
        return upload.state is not _S.UPLOADED

    def _remove(self, upload_ids: Iterable[UploadId]) -> bool:
        """While files are sent, unfinished rows are removed because they were uploaded: they still count."""
        uploads = self._uploads
        gone = [one for one in upload_ids if one in uploads and (uploads[one].state.finished or not self._running)]
        for one in gone:
            del uploads[one]
        return bool(gone)

    def _add(self, event: events.PathsAdded) -> None:
        self._complete = True
        self._counts[_D.JUNK] += event.junk
        self._counts[_D.LISTED] += event.already_in_queue
        self._counts[_D.TAKEN_UP] += event.resumed
        self._counts[_D.OTHERS_UNFINISHED] = event.others_unfinished

    def _not_going_text(self, uploads: Iterable[UploadSnapshot]) -> str:
        whys = Counter(_reason_of(one) for one in uploads if one.state in {_S.REFUSED, _S.FAILED})
        parts = [*((why, whys[why]) for why in _D if why in whys), *self._counts.items()]
        return _SEPARATOR.join(sentence.text(count) for sentence, count in parts if count)


def _shown(upload: UploadSnapshot) -> tuple[UploadState, str]:
    """Return what the summary shows of an upload."""
    return upload.state, upload.elsewhere


def _reason_of(upload: UploadSnapshot) -> DropCounts:
    return _REASONS.get(upload.reason.code, _D.OTHER) if upload.reason else _D.OTHER


def _going_text(uploads: list[UploadSnapshot], *, listed: bool) -> str:
    """Return the first line. `listed`: dropped files were on the list already, and may be sent from there."""
    if not uploads:
        return (DropWords.NOTHING_NEW if listed else DropWords.NOTHING_GOES).text
    if any(one.trial for one in uploads):
        return _D.TRIED_OUT.text(len(uploads), units.size(sum(one.source.size for one in uploads)))
    anomalies = {one.anomaly_id for one in uploads}
    several = len(anomalies) > 1
    where = DropWords.SEVERAL_ANOMALIES.text if several else DropWords.TO_ANOMALY.filled(anomalies.pop())
    return _D.GOING.text(len(uploads), units.size(sum(one.source.size for one in uploads)), where)


def _before_text(uploads: list[UploadSnapshot]) -> str:
    return _D.SENT_BEFORE.text(len(uploads), _when_text(uploads)) if uploads else ""


def _when_text(uploads: list[UploadSnapshot]) -> str:
    times = sorted(one.sent_before for one in uploads if one.sent_before is not None)
    if not times:
        return DropWords.EARLIER.text
    from uploader_gui.gui.receipts.receipt_words import day  # noqa: PLC0415 - seldom needed; the first paint does not wait for it

    first, last = day(times[0]), day(times[-1])
    return DropWords.ON_DAY.filled(first) if first == last else DropWords.BETWEEN.filled(first, last)
