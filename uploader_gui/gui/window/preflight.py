"""The summary of dropped files: how many will be sent, how many not, and why; and the strip that shows it.

It adds up several drops, until it is closed or sending begins: then the list shows what becomes of the files. In a low
window the strip folds to its first line, with a button for the rest.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine import events
from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import UploadState, may_change_anomaly
from uploader_gui.engine.options import offered_treatments
from uploader_gui.gui.style.lines import SentenceLine, short
from uploader_gui.gui.style.widgets import Band, IconButton, arranged, label, push_button
from uploader_gui.gui.upload_list.row_text import sizes_text
from uploader_gui.i18n import N_, NN_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from PySide6.QtWidgets import QLabel

    from uploader_gui.engine.models import UploadId, UploadSnapshot
    from uploader_gui.gui.style.theme import Theme


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
    **dict.fromkeys(
        (Code.NOT_A_FILE, Code.OUTSIDE_LINK),
        NN_("{count} cannot be sent (not an ordinary file)", "{count} cannot be sent (not ordinary files)"),
    ),
}
_OTHER_REASON: Final = NN_("{count} cannot be sent", "{count} cannot be sent")
_LEFT_OUT: Final = NN_("{count} system file was left out", "{count} system files were left out")
_LISTED: Final = NN_("{count} file was in the list already", "{count} files were in the list already")
_GOES_ON: Final = NN_("{count} unfinished file goes on", "{count} unfinished files go on")
_OTHERS: Final = NN_("{count} other file is still unfinished", "{count} other files are still unfinished")
_SEPARATOR: Final = " · "
_ASKED_OR_FOUND_OUT: Final = frozenset({_S.PREPARING, _S.QUEUED, _S.SKIPPED, _S.REFUSED})
"""The states a file can take before it is sent: compared with earlier uploads, converted, sent despite that."""


class Summary(NamedTuple):
    """The strip's texts: what will be sent, what will not ("" for none), what was sent before ("" for none).

    `sent_before` are the skipped uploads, which can be sent again; `helpable`: refused files can be converted.
    `elsewhere` says what went to another anomaly, `other`, before ("" for nothing); `meant` is probably meant for that.
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
            _going_text(going, listed=bool(self._counts[_LISTED] or self._counts[_GOES_ON])),
            not_going,
            _before_text(before, beside=going),
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
        self._counts[_LEFT_OUT] += event.junk
        self._counts[_LISTED] += event.already_in_queue
        self._counts[_GOES_ON] += event.resumed
        self._counts[_OTHERS] = event.others_unfinished

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


def _before_text(uploads: list[UploadSnapshot], *, beside: list[UploadSnapshot]) -> str:
    """Return the line about files sent before. `beside`: what will be sent, for another anomaly perhaps."""
    return (
        ngettext(
            "{count} was already uploaded {where} {when} and will not be sent again.",
            "{count} were already uploaded {where} {when} and will not be sent again.",
            len(uploads),
            where=_where_before({one.anomaly_id for one in uploads}, {one.anomaly_id for one in beside}),
            when=_when_text(uploads),
        )
        if uploads
        else ""
    )


def _where_before(anomalies: set[str], beside: set[str]) -> str:
    if len(anomalies) > 1:
        return _("to their anomalies")
    return _("to this anomaly") if beside <= anomalies else _("to anomaly {number}", number=min(anomalies))


def _elsewhere_text(sent: events.SentElsewhere) -> str:
    from uploader_gui.gui.receipts.receipt_words import day  # noqa: PLC0415 - seldom needed; the first paint does not wait for it

    sentence = (
        NN_(
            "This file went to anomaly {number} on {day}. Is the number right?",
            "These {count} files went to anomaly {number}, the last one on {day}. Is the number right?",
        )
        if sent.files == sent.of
        else NN_(
            "{count} of these files went to anomaly {number} on {day}. Is the number right?",
            "{count} of these files went to anomaly {number}, the last one on {day}. Is the number right?",
        )
    )
    return ngettext(*sentence, sent.files, number=sent.other, day=day(sent.at))


def _when_text(uploads: list[UploadSnapshot]) -> str:
    times = sorted(one.sent_before for one in uploads if one.sent_before is not None)
    if not times:
        return _("earlier")
    from uploader_gui.gui.receipts.receipt_words import day  # noqa: PLC0415 - seldom needed; the first paint does not wait for it

    first, last = day(times[0]), day(times[-1])
    return _("on {day}", day=first) if first == last else _("between {first} and {last}", first=first, last=last)


_INSIDE: Final = (16, 10, 8, 10)
_BETWEEN: Final = 12


class PreflightStrip(Band):
    """Shows the summary of the last drops. `send_again_wanted(tuple[UploadId, ...])`: the skipped uploads.

    `other_anomaly_wanted(tuple[UploadId, ...], str)`: these are to go to that anomaly.
    `opened`: a person has unfolded it.
    """

    send_again_wanted = Signal(object)
    other_anomaly_wanted = Signal(object, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._preflight = Preflight()
        self.summary: Summary | None = None
        self._folded = False
        self.opened = False
        self.going = label(theme, 13, QFont.Weight.DemiBold, wraps=True)
        self.not_going, self.before, self.elsewhere = (label(theme, 12, kind="muted", wraps=True) for _ in range(3))
        self.details = push_button("link", theme)
        self.refused = self.text_button(N_("Refused files…"), "link")
        self.send_again = self.text_button(N_("Send a second copy"), "link")
        self.change = push_button("link", theme)
        self.close_button = IconButton("clear", theme)
        self.translate(self.close_button.rename, N_("Close this summary"))
        self._lines = (
            _line(self.not_going, self.refused),
            _line(self.before, self.send_again),
            _line(self.elsewhere, self.change),
        )
        self._strip = QFrame()
        self._build()
        self.details.clicked.connect(self._open_or_close)
        self.send_again.clicked.connect(self._send_again)
        self.change.clicked.connect(self._change_anomaly)
        self.close_button.clicked.connect(self.forget)
        self.follow_language(self._show)
        self.hide()

    def handle_event(self, event: events.Event) -> None:
        """Update, show or hide the summary after an event of the engine."""
        was_running = self._preflight.running
        changed = self._preflight.handle_event(event)
        match event:
            case events.QueueStatus(running):
                if running and not was_running:
                    self.forget()
            case events.QueueIdle():
                self.forget()
            case _ if changed:
                self._show()

    def forget(self) -> None:
        """Hide until the next drop."""
        self._preflight.forget()
        self._show()

    def fold(self, *, on: bool) -> None:
        """Show only the first line (until a person unfolds it), or everything."""
        if on is not self._folded:
            self._folded, self.opened = on, False
            if self.summary is not None:
                self._show_lines(self.summary)

    def least_height_at(self, width: int) -> int:
        """Return the height in pixels at a width, folded unless a person has unfolded it."""
        if self.opened:
            return self.height_at(width)
        left, top, right, bottom = _INSIDE
        buttons = (self.details.sizeHint(), self.close_button.sizeHint())
        text = self.going.heightForWidth(width - left - right - sum(one.width() + _BETWEEN for one in buttons))
        return top + max(text, *(one.height() for one in buttons)) + bottom + self._below()

    def height_at(self, width: int) -> int:
        """Return the height in pixels at a width, with the lines shown now."""
        inside = self._strip.layout()
        assert inside is not None
        inside.invalidate()  # so that lines shown or hidden just now count
        return inside.totalHeightForWidth(width) + self._below()

    # Inside

    def _build(self) -> None:
        self._strip.setProperty("kind", "card")
        lines = arranged(QVBoxLayout(), _line(self.going, self.details), *self._lines, spacing=3)
        row = QHBoxLayout(self._strip)
        top = Qt.AlignmentFlag.AlignTop
        arranged(row, (lines, 1), (self.close_button, 0, top), spacing=_BETWEEN, margins=_INSIDE)
        arranged(QVBoxLayout(self), self._strip, margins=(0, 0, 0, 14))

    def _show(self) -> None:
        """Show the summary; while files are sent, only one with something that the list does not show."""
        summary = self._preflight.summary()
        if summary is not None and self._preflight.running and self._preflight.is_plain:
            summary = None
        if summary != self.summary:
            self.summary, self.opened = summary, False
        if summary is None:
            self.appear(False)
            return
        self._set_texts(summary)
        self._show_lines(summary)
        self.refused.setVisible(summary.helpable)
        self.send_again.set_meaning(summary.sent_before)
        self.send_again.setVisible(bool(summary.sent_before))
        for line in self._lines:
            line.place_buttons()
        self.appear(True)
        self.room_changed.emit()

    def _set_texts(self, summary: Summary) -> None:
        self.going.setText(summary.going)
        self.not_going.setText(summary.not_going)
        self.before.setText(summary.before)
        self.elsewhere.setText(summary.elsewhere)
        self.change.set_meaning((summary.other, summary.meant))
        self.change.setText(
            ngettext(
                "Change it to {number}",
                "Change {count} files to {number}",
                len(summary.meant),
                number=short(summary.other),
            )
        )
        self.setAccessibleName(_("What happens to the files you added"))
        told = (summary.going, summary.not_going, summary.before, summary.elsewhere)
        self.setAccessibleDescription(" ".join(filter(None, told)))

    def _below(self) -> int:
        """Return the height of the space below, and of the frame around the lines."""
        layout = self.layout()
        assert layout is not None
        frame = self._strip.contentsMargins()
        return layout.contentsMargins().bottom() + frame.top() + frame.bottom()

    def _show_lines(self, summary: Summary) -> None:
        whole = self.opened or not self._folded
        texts = (summary.not_going, summary.before, summary.elsewhere)
        for line, text in zip(self._lines, texts, strict=True):
            line.setVisible(whole and bool(text))
        self.details.set_meaning((self._folded, self.opened))
        self.details.setVisible(self._folded and any(texts))
        self.details.setText(_("Less") if self.opened else _("Details"))

    def _open_or_close(self) -> None:
        self.opened = not self.opened
        self._show()

    def _send_again(self) -> None:
        if self.summary is not None:
            self.send_again_wanted.emit(self.summary.sent_before)

    def _change_anomaly(self) -> None:
        if self.summary is not None:
            self.other_anomaly_wanted.emit(self.summary.meant, self.summary.other)


def _line(sentence: QLabel, button: QWidget) -> SentenceLine:
    """Return a row of both. A widget, not a layout: an empty layout would hold all lines at no width."""
    return SentenceLine(sentence, button, spacing=4)
