"""The bottom of the window: overall bar, counts, Add, Receipt, more, and one primary button that says what it does."""

from __future__ import annotations

from enum import Enum
from math import ceil
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from uploader_gui import i18n
from uploader_gui.engine.events import Condition
from uploader_gui.gui.style.widgets import IconButton, ThinBar, Translated, arranged, label, push_button
from uploader_gui.gui.window.finish import all_attached
from uploader_gui.i18n import N_, NC_, NN_, _, ngettext

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QResizeEvent

    from uploader_gui.engine.events import QueueStatus, Totals
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import ListCounts

_DOT = "  ·  "
_BELOW_BAR = 16
_BETWEEN = 12
"""Pixels between texts and buttons."""
_STEP = 24
"""The texts' room grows in steps of this many pixels: one more digit must not move everything else."""
_SENT: Final = NN_("{count} file sent", "{count} files sent")
_LONGEST_NUMBER: Final = 16
"""The primary button names an anomaly's number only up to this many characters."""


class FooterAction(Enum):
    """What the footer's buttons and menu entries do; the value is the label."""

    START = N_("Send")
    SIGN_IN = N_("Sign in and send")
    UNDO_START = NC_("start", "Undo")
    SEND_OTHERS = N_("Send the others too")
    RESUME = N_("Resume")
    PAUSE = N_("Pause")
    RETRY_FAILED = N_("Retry failed")
    NEW_DEPOSIT = N_("New deposit")
    ADD_FILES = N_("Add files…")
    ADD_FOLDER = N_("Add folder…")
    RECEIPT = N_("Receipt…")
    PRINT_RECEIPT = N_("Print the receipt…")
    HISTORY = N_("History…")
    RETRY_ALL_FAILED = N_("Retry all failed")
    REFUSED_FILES = N_("Refused files…")
    CANCEL_ALL = N_("Cancel all")
    CLEAR_FINISHED = N_("Clear finished")
    UNDO = N_("Undo")
    HELP = N_("Help…")
    OPEN_OBJECTS = N_("Show the files received")
    ABOUT = N_("About…")


def primary_for(counts: ListCounts, status: QueueStatus, *, paused: bool) -> FooterAction:
    """Return what the primary button does now."""
    if counts.unfinished:
        if status.running:
            waits_for_sign_in = Condition.SIGN_IN in status.conditions and not counts.sending
            return FooterAction.SIGN_IN if waits_for_sign_in else FooterAction.PAUSE
        return FooterAction.RESUME if paused else FooterAction.START
    if status.walking:
        return FooterAction.PAUSE if status.running else FooterAction.START
    return FooterAction.RETRY_FAILED if counts.retriable else FooterAction.NEW_DEPOSIT


class Footer(QWidget, Translated):
    """Counts and buttons. `action_wanted(FooterAction)`."""

    action_wanted = Signal(object)

    def __init__(self, theme: Theme, *, trial: bool) -> None:
        super().__init__()
        self.theme = theme
        self._trial = trial
        self._has_run = False
        self._has_begun = False
        self._news = ""
        self._second = ""
        self._speed = ""
        self._first = ""
        self._narrow = False
        self._low = False
        self._widest: tuple[int, ...] = (0, 0)
        self.bar = ThinBar(theme)
        self.counts = label(theme, 14, QFont.Weight.DemiBold)
        self.below = label(theme, 12, kind="muted")
        self.add = self.text_button(N_("Add…"), "plain")
        self.receipt = self.text_button(N_("Receipt…"), "plain")
        self.more = IconButton("more", theme)
        self.others = self.text_button(FooterAction.SEND_OTHERS.value, "plain")
        self.primary = push_button("primary", theme)
        self.primary_action = self._usual_action = FooterAction.START
        self._held = 0
        """In how many seconds a start that can be undone begins, 0 without one."""
        self._to_send: tuple[int, str] = (0, "")
        """How many files the primary button would send, and their anomaly, "" where there are several."""
        self._needs_sign_in = False
        self._engine_ended = False
        self._fitted: tuple[object, ...] = ()
        self._menu_entries: dict[FooterAction, QAction] = {}
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._column = QVBoxLayout(self)
        self._build()
        self.receipt.clicked.connect(lambda: self.action_wanted.emit(FooterAction.RECEIPT))
        self.others.clicked.connect(lambda: self.action_wanted.emit(FooterAction.SEND_OTHERS))
        self.primary.clicked.connect(lambda: self.action_wanted.emit(self.primary_action))
        self._show_primary()
        self.offer_undo(possible=False)

    def retranslate(self) -> None:
        """Set all texts but the counts in the current language; old news is removed."""
        super().retranslate()
        self._show_primary()
        self._news = ""
        self._reflow()

    def show_counts(self, counts: ListCounts, totals: Totals, status: QueueStatus) -> None:
        """Show the counts; speed and time left only while the queue runs."""
        self._has_run |= status.running or counts.bytes_done > 0  # what was skipped has not run
        all_run = status.running and not status.partly
        self._has_begun = bool(counts.unfinished) and (all_run or self._has_begun)
        paused = self._has_begun and not all_run  # files dropped after everything was sent are not paused
        self.bar.show_share(counts.fraction)
        self._speed = i18n.speed(totals.speed) if _moves(counts, totals, status) else ""
        over = bool(counts.files) and not (counts.unfinished or status.walking) and self._has_run
        self._first = _counts_text(counts, has_run=self._has_run, over=over, trial=self._trial)
        self._second = (
            _trial_over(counts)
            if over and self._trial
            else ""
            if over and counts.uploaded  # the panel says it
            else _second_text(counts, totals, status, has_run=self._has_run, paused=paused)
        )
        self._widen()
        self._show_texts()
        self._to_send = counts.unfinished, counts.waits_for
        self._usual_action = primary_for(counts, status, paused=paused)
        self._show_others(shown=bool(counts.unfinished) and status.running and status.partly)
        self._show_primary()
        self._menu_entries[FooterAction.RETRY_ALL_FAILED].setEnabled(bool(counts.retriable))
        self._menu_entries[FooterAction.REFUSED_FILES].setEnabled(bool(counts.refused))
        self._menu_entries[FooterAction.CANCEL_ALL].setEnabled(bool(counts.pending))
        self._menu_entries[FooterAction.CLEAR_FINISHED].setEnabled(counts.files > counts.pending)

    def show_sign_in(self, *, needed: bool) -> None:
        """Show by the primary button whether sending begins with signing in."""
        self._needs_sign_in = needed
        self._show_primary()

    def show_engine(self, *, ended: bool) -> None:
        """Disable the primary button where the engine has ended for good: a press on it would do nothing."""
        self._engine_ended = ended
        self._show_primary()

    def show_held(self, seconds: int) -> None:
        """Show in how many seconds sending begins, and that it can be undone; 0 for no longer."""
        self._held = seconds
        self._show_texts()
        self._show_primary()

    def make_low(self, low: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Keep the texts beside the buttons at any width, shortened where they have no room."""
        if low is not self._low:
            self._low = low
            self._column.setSpacing(_BELOW_BAR // 2 if low else _BELOW_BAR)
            self._reflow()

    def offer_undo(self, *, possible: bool) -> None:
        """Enable Undo, or disable it."""
        self._menu_entries[FooterAction.UNDO].setEnabled(possible)

    def show_news(self, news: str) -> None:
        """Show what became of a receipt, in the second line, until the next news."""
        self._news = news
        self._show_texts()

    # Inside

    def _build(self) -> None:
        self.translate(self.bar.setAccessibleName, N_("All files"))
        self.translate(self.more.rename, N_("More"))
        self.primary.setMinimumWidth(self.theme.px(150))
        self.add.setMinimumWidth(self.theme.px(100))
        self.add.setMenu(self._menu(FooterAction.ADD_FILES, FooterAction.ADD_FOLDER))
        self.more.setMenu(self._menu(*self._more()))
        for text in (self.counts, self.below):
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        texts = arranged(QVBoxLayout(), self.counts, self.below, spacing=2)
        shown = (self.more, self.add, self.receipt, self.others, self.primary)
        self.others.hide()
        arranged(self._lines, (texts, 1), arranged(QHBoxLayout(), None, *shown, spacing=10), spacing=_BETWEEN)
        arranged(self._column, self.bar, self._lines, spacing=_BELOW_BAR)

    def _more(self) -> tuple[FooterAction | None, ...]:
        usual = (
            FooterAction.RECEIPT,
            FooterAction.PRINT_RECEIPT,
            FooterAction.HISTORY,
            None,
            FooterAction.RETRY_ALL_FAILED,
            FooterAction.REFUSED_FILES,
            FooterAction.CANCEL_ALL,
            FooterAction.CLEAR_FINISHED,
            FooterAction.UNDO,
            None,
            FooterAction.HELP,
        )
        return (*usual, *((FooterAction.OPEN_OBJECTS,) if self._trial else ()), FooterAction.ABOUT)

    def _menu(self, *actions: FooterAction | None) -> QMenu:
        """Return a menu; None is a separator."""
        menu = QMenu(self)
        for action in actions:
            if action is None:
                menu.addSeparator()
                continue
            self._menu_entries[action] = entry = menu.addAction("")
            self.translate(entry.setText, action.value)
            entry.triggered.connect(lambda _=False, a=action: self.action_wanted.emit(a))
        return menu

    def _show_others(self, *, shown: bool) -> None:
        """Show the button for what waits for Start while other files are sent."""
        if shown is self.others.isHidden():
            self.others.setVisible(shown)
            self._reflow()

    def _show_primary(self) -> None:
        self.primary_action = action = FooterAction.UNDO_START if self._held else self._usual_action
        self.primary.set_meaning((action, self._to_send[1] if action is FooterAction.START else ""))
        has_any = action is not FooterAction.START or self._to_send[0] > 0
        self.primary.setEnabled(has_any and not self._engine_ended)
        self._fit_primary()

    def _primary_texts(self) -> list[str]:
        """Return what the primary button may say, the most telling first."""
        count, anomaly_id = self._to_send
        if self.primary_action is not FooterAction.START or not count:
            return [_(self.primary_action.value)]
        files = ngettext("Send {count} file", "Send {count} files", count)
        texts = [files, _(self.primary_action.value)]
        if self._needs_sign_in:
            texts[0] = _(FooterAction.SIGN_IN.value)
        elif 0 < len(anomaly_id) <= _LONGEST_NUMBER:
            texts.insert(
                0,
                ngettext("Send {count} file to {number}", "Send {count} files to {number}", count, number=anomaly_id),
            )
        return texts

    def _fit_primary(self) -> None:
        """Show the longest text the window has room for beside the buttons that are never hidden."""
        texts, width = self._primary_texts(), self.width()
        if (texts, width) == self._fitted:
            return
        self._fitted = texts, width
        before = self.primary.sizeHint().width()
        for text in texts:
            self.primary.setText(text)
            if self._buttons_width(with_receipt=False) <= width:
                break
        tip = _("Clear the list and the number") if self.primary_action is FooterAction.NEW_DEPOSIT else texts[0]
        _show_tip(self.primary, "" if tip == self.primary.text() else tip)
        if self.primary.sizeHint().width() != before:
            self._reflow()

    def _show_texts(self) -> None:
        """Set both lines; in a narrow window the speed is in the second one."""
        first = [self._first, "" if self._narrow else self._speed]
        second = [self._speed if self._narrow else "", self._second, self._news]
        if self._held:
            begins = _("Nothing is registered yet. Sending begins in {time}.", time=i18n.duration(self._held))
            second = [begins]
        counts = _DOT.join(part for part in first if part)
        shown = QFontMetrics(self.counts.font()).elidedText(counts, Qt.TextElideMode.ElideRight, self._texts_room())
        self.counts.setText(shown if self._low else counts)
        _show_tip(self.counts, "" if self.counts.text() == counts else counts)
        self._show_below(_DOT.join(part for part in second if part))

    def _show_below(self, text: str) -> None:
        """Show the second line; where it has no room for all of it, the news alone: a person has just asked for it."""
        room = max(self.below.width(), 1)
        metrics = QFontMetrics(self.below.font())
        fitting = text if metrics.horizontalAdvance(text) <= room else self._news or text
        shown = metrics.elidedText(fitting, Qt.TextElideMode.ElideRight, room)
        self.below.setText(shown)
        _show_tip(self.below, "" if shown == text else text)

    def _reflow(self) -> None:
        """In a narrower window Receipt… moves into the menu and the speed down; then the texts go above the buttons."""
        self._fit_primary()
        alone, with_speed = self._widest
        wide = max(self._texts_width(44), with_speed + _BETWEEN)
        self._narrow = self.width() < wide + self._buttons_width(with_receipt=True)
        self.receipt.setVisible(not self._narrow)
        self._menu_entries[FooterAction.RECEIPT].setVisible(self._narrow)
        fit = self.width() >= max(self._texts_width(30), alone + _BETWEEN) + self._buttons_width(with_receipt=False)
        beside = QBoxLayout.Direction.LeftToRight if fit or self._low else QBoxLayout.Direction.TopToBottom
        self._lines.setDirection(beside)
        self._show_texts()

    def _widen(self) -> None:
        """Make room for the counts. The room never shrinks again, so that buttons do not come and go."""
        metrics = QFontMetrics(self.counts.font())
        lines = (self._first, f"{self._first}{_DOT}{self._speed}")
        widest = tuple(
            max(before, ceil(metrics.horizontalAdvance(line) / _STEP) * _STEP)
            for before, line in zip(self._widest, lines, strict=True)
        )
        if widest != self._widest:
            self._widest = widest
            self._reflow()

    def _texts_room(self) -> int:
        """Return how wide the texts may be beside the buttons."""
        return max(self.width() - self._buttons_width(with_receipt=not self._narrow) - _BETWEEN, 1)

    def _texts_width(self, digits: int) -> int:
        return QFontMetrics(self.counts.font()).horizontalAdvance("0" * digits)

    def _buttons_width(self, *, with_receipt: bool) -> int:
        others = [] if self.others.isHidden() else [self.others]
        buttons = [self.more, self.add, self.primary, *others, *([self.receipt] if with_receipt else [])]
        return sum(max(one.sizeHint().width(), one.minimumWidth()) + 10 for one in buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the parts out for the new width."""
        super().resizeEvent(event)
        self._reflow()


def _show_tip(widget: QWidget, tip: str) -> None:
    """Set a tooltip if it changed: Qt sends an event for an unchanged one, too, ten times a second."""
    if widget.toolTip() != tip:
        widget.setToolTip(tip)


def _moves(counts: ListCounts, totals: Totals, status: QueueStatus) -> bool:
    return status.running and bool(counts.unfinished) and totals.speed > 0


def _counts_text(counts: ListCounts, *, has_run: bool, over: bool, trial: bool) -> str:
    if not has_run or not counts.to_send:
        amount = i18n.size(counts.bytes_total) if counts.bytes_total else ""  # none of them would go
        files = ngettext("{count} file", "{count} files", counts.to_send or counts.files)
        return _DOT.join(part for part in (files, amount) if part)
    if over and not counts.uploaded:
        return ngettext("{count} file", "{count} files", counts.files)
    if over or counts.uploaded == counts.to_send:  # "5 of 5" would contradict a list of 8, three of them refused
        sent = NN_("{count} file sent (trial)", "{count} files sent (trial)") if trial else _SENT
        return _DOT.join((ngettext(*sent, counts.uploaded), i18n.size(counts.bytes_done)))
    files = ngettext(
        "{done} of {count} file", "{done} of {count} files", counts.to_send, done=i18n.number(counts.uploaded)
    )
    amount = _("{done} of {all}", done=i18n.size(counts.bytes_done), all=i18n.size(counts.bytes_total))
    return _DOT.join((files, amount))


def _trial_over(counts: ListCounts) -> str:
    missing = counts.not_sent
    return (
        ngettext(
            "Trial over: {count} file did not get through.", "Trial over: {count} files did not get through.", missing
        )
        if missing
        else _("Trial over: nothing was sent to the register.")
    )


def _second_text(counts: ListCounts, totals: Totals, status: QueueStatus, *, has_run: bool, paused: bool) -> str:
    if status.walking:
        return _("Searching folders…")
    if not has_run:
        return ""
    if not counts.unfinished:
        missing = counts.not_sent
        return (
            ngettext("{count} file was not sent.", "{count} files were not sent.", missing)
            if missing
            else all_attached(counts.files, counts.anomaly_id)
        )
    if not status.running:
        return _("Paused") if paused else ""
    return "" if totals.seconds_left is None else _("about {time} left", time=i18n.duration(totals.seconds_left))
