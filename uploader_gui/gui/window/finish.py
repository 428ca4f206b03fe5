"""The quiet panel at the end of a deposit: how many files are attached to which anomaly, since when, and what is not.

Only files that are stored count as attached. A deposit that ended while the window was hidden is shown by the next one.
At the first end it asks, in one line, how long History is to remember deposits.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui import i18n
from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.gui.style.lines import SentenceLine
from uploader_gui.gui.style.widgets import Band, announce, arranged, label, push_button
from uploader_gui.i18n import N_, NN_, _, ngettext

if TYPE_CHECKING:
    from uploader_gui.engine.events import QueueStatus
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import ListCounts

_MISSING: Final = {
    "failed": NN_("{count} failed", "{count} failed"),
    "refused": NN_("{count} refused", "{count} refused"),
    "cancelled": NN_("{count} cancelled", "{count} cancelled"),
    "elsewhere": NN_("{count} waits for another server", "{count} wait for another server"),
}
"""What is not attached, by the name of its count."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a deposit, in numbers of files. `at`: seconds since 1970; `anomaly_id` is "" where there are several.

    `attached` are stored now, or were before. `past`: another window sent them.
    """

    at: float
    anomaly_id: str
    attached: int
    failed: int = 0
    refused: int = 0
    cancelled: int = 0
    elsewhere: int = 0
    trial: bool = False
    past: bool = False

    @property
    def missing(self) -> int:
        """Files that are not attached."""
        return sum(getattr(self, name) for name in _MISSING)

    @property
    def mark(self) -> tuple[str, str]:
        """The icon and the colour of the gravest thing that happened, as rows have them."""
        if self.failed:
            return "failed", "danger"
        if self.refused:
            return "refused", "warning"
        return ("info", "muted") if self.missing or self.trial else ("check", "ok")

    @property
    def sentence(self) -> str:
        """Return how many files are attached to which anomaly, or that it was a trial."""
        if self.trial:
            return _("Trial over: nothing was sent to the register")
        files = self.attached + self.missing
        if self.missing:
            return _part_attached(self.attached, files, self.anomaly_id)
        return all_attached(files, self.anomaly_id)

    @property
    def text(self) -> str:
        """Return the sentence with its time, and what is missing by reason."""
        parts = [ngettext(*words, getattr(self, name)) for name, words in _MISSING.items() if getattr(self, name)]
        text = f"{self.sentence} – {_moment(self.at)}"
        if not parts:
            return text
        if self.trial:
            return f"{text}. " + _("Not sent: {reasons}.", reasons=", ".join(parts))
        return f"{text}. " + _("Not attached: {reasons}.", reasons=", ".join(parts))

    @property
    def encoded(self) -> str:
        """Return it as JSON, for the next window."""
        return json.dumps(asdict(self))


def finish_of(counts: ListCounts, at: float, *, trial: bool) -> Finish:
    """Return the end of the deposit whose files these are."""
    missing = {name: getattr(counts, name) for name in _MISSING}
    return Finish(at, counts.anomaly_id, counts.uploaded + counts.skipped, **missing, trial=trial)


def decoded(text: str) -> Finish | None:
    """Return what `Finish.encoded` wrote, as that of a past window; None for anything else."""
    try:
        values = json.loads(text)
        known = {one.name: values[one.name] for one in fields(Finish) if one.name not in {"trial", "past"}}
        finish = Finish(**known, past=True)
        numbers = [finish.attached, *(getattr(finish, name) for name in _MISSING)]
        is_sound = all(type(one) is int and one >= 0 for one in numbers) and finish.attached > 0
        datetime.fromtimestamp(finish.at)  # noqa: DTZ006 - only whether it is a time
        if is_sound and (finish.anomaly_id == "" or ANOMALY_ID.fullmatch(finish.anomaly_id)):
            return finish
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        pass
    return None


def all_attached(files: int, anomaly_id: str) -> str:
    """Return that all these files are attached."""
    if not anomaly_id:
        return ngettext(
            "The file is attached to its anomaly", "All {count} files are attached to their anomalies", files
        )
    return ngettext(
        "The file is attached to anomaly {number}",
        "All {count} files are attached to anomaly {number}",
        files,
        number=anomaly_id,
    )


class FinishPanel(Band):
    """Shown from the end of a deposit until the next one begins; the space below it is part of it.

    `receipt_wanted(Finish)`: it is to be opened. `memory_accepted`: History may remember as long as it says.
    """

    receipt_wanted = Signal(object)
    memory_accepted = Signal()

    def __init__(self, theme: Theme, *, trial: bool) -> None:
        super().__init__()
        self.theme = theme
        self._trial = trial
        self._past: Finish | None = None
        self.finish: Finish | None = None
        self._check = label(theme, 14)
        self.text = label(theme, 13, QFont.Weight.DemiBold, wraps=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.receipt = self.text_button(N_("Open the receipt"), "link")
        self.new_deposit = self.text_button(N_("New deposit"), "link")
        self._line = SentenceLine(self.text, self.receipt, self.new_deposit, spacing=10)
        self._days: int | None = None
        self._memory_line = QWidget()
        self.memory = label(theme, 12, kind="muted", wraps=True)
        self.keep_memory = push_button("link", theme)
        self.change_memory = self.text_button(N_("Change…"), "link")
        self._build()
        self.receipt.clicked.connect(lambda: self.receipt_wanted.emit(self.finish))
        self.keep_memory.clicked.connect(self.memory_accepted)
        theme.changed.connect(self._color_check)
        self.follow_language(self._set_text)
        self.hide()

    def show_past(self, finish: Finish | None) -> None:
        """Show what was sent while the window before was hidden, until something is added."""
        self._past = finish
        self._show(finish)

    def show_counts(self, counts: ListCounts, status: QueueStatus) -> None:
        """Show the panel once everything came to an end and something is attached; hide it while something goes on."""
        if counts.files or status.walking:
            self._past = None
        if not counts.uploaded or counts.unfinished or status.walking or status.running:
            self._show(self._past)
            return
        at = time.time() if self.finish is None or self.finish.past else self.finish.at
        self._show(finish_of(counts, at, trial=self._trial))

    def ask_memory(self, days: int | None) -> None:
        """Ask at the next end whether History may remember deposits for this number of days; None: that was asked."""
        if days != self._days:
            self._days = days
            self._set_text()
            self.room_changed.emit()

    def _show(self, finish: Finish | None) -> None:
        if finish == self.finish:
            return
        if finish is None and self._days is not None and self.isVisible():
            self.memory_accepted.emit()  # it was asked, and is not asked again
        self.finish = finish
        self._set_text()
        self.setVisible(finish is not None)
        for button in (self.receipt, self.new_deposit):
            button.set_meaning(finish and finish.anomaly_id)
        self.room_changed.emit()
        if finish is not None:
            announce(self, finish.text)

    def _set_text(self) -> None:
        if self.finish is not None:
            self.text.setText(self.finish.text)
            self._line.place_buttons()
            self._color_check()
        self._memory_line.setVisible(self._days is not None)
        days = ngettext("{count} day", "{count} days", self._days or 0)
        self.memory.setText(_("History on this computer remembers deposits for {days}.", days=days))
        self.keep_memory.setText(_("Keep {days}", days=days))

    def _color_check(self) -> None:
        """A check mark only where every file is attached in the register; else the mark of what is missing."""
        name, color = ("info", "muted") if self.finish is None else self.finish.mark
        icon = self.theme.icons.icon(name, getattr(self.theme.colors, color), 18)
        self._check.setPixmap(icon.pixmap(self.theme.px(18)))

    def _build(self) -> None:
        band = QFrame()
        band.setProperty("kind", "card")
        row = arranged(QHBoxLayout(), self._check, (self._line, 1), spacing=10)
        line = QHBoxLayout(self._memory_line)
        arranged(line, (self.memory, 1), self.keep_memory, self.change_memory, spacing=10)
        arranged(QVBoxLayout(band), row, self._memory_line, spacing=2, margins=(16, 8, 8, 8))
        arranged(QVBoxLayout(self), band, margins=(0, 0, 0, 14))


def _part_attached(attached: int, files: int, anomaly_id: str) -> str:
    whole = i18n.number(files)
    if not anomaly_id:
        return ngettext(
            "{count} of {all} files is attached to its anomaly",
            "{count} of {all} files are attached to their anomalies",
            attached,
            all=whole,
        )
    return ngettext(
        "{count} of {all} files is attached to anomaly {number}",
        "{count} of {all} files are attached to anomaly {number}",
        attached,
        all=whole,
        number=anomaly_id,
    )


def _moment(at: float) -> str:
    """Return the local time to the minute, with the day unless that is today."""
    local = datetime.fromtimestamp(at).astimezone()
    if local.date() == datetime.now().astimezone().date():
        return f"{local:%H:%M}"
    from uploader_gui.gui.receipts.receipt_words import day_and_time  # noqa: PLC0415 - of a day before only

    return day_and_time(at)
