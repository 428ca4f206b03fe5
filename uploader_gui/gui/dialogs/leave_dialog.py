"""The question on closing with anything unsent: send in the background, close until the next start, or stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uploader_gui.engine.events import QueueIdle
from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label, push_button, set_look
from uploader_gui.i18n import N_, NN_, _, ngettext

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel, QPushButton

    from uploader_gui.engine.events import Event
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import ListCounts, Unsent


class LeaveDialog(PlainDialog):
    """Shows each choice with its consequence. Esc stays; Enter sends in the background where possible, else stays.

    The dialog closes by itself when nothing is left to ask about.
    """

    def __init__(self, theme: Theme, window: MainWindow, engine: Bridge) -> None:
        super().__init__(N_("Files not sent"), theme, window)
        self._window = window
        self._unsent = unsent = window.unsent
        self._offered_background = False
        self.question = self.add_question()
        self.background, self.background_more = self._choice()
        self.stop, self.stop_more = self._choice()
        self.stay = self.text_button(N_("Stay here"), "plain")
        self.add_buttons(self.stay)
        self.background.clicked.connect(window.background_wanted)
        self.stop.clicked.connect(window.exit_requested)
        for button in (self.background, self.stop):
            button.clicked.connect(self.accept)
        self.stay.clicked.connect(self.reject)
        self.follow_language(self._ask)
        self._choose(self.background if unsent.goes_on else self.stay)
        for changed in (window.model.counts_changed, window.add_files.kept_changed):
            changed.connect(self._follow)
        engine.event_arrived.connect(self._handle_event)

    def _handle_event(self, event: Event) -> None:
        """Close after sending has ended, if the background was ever offered: the window shows the result instead."""
        if isinstance(event, QueueIdle) and self._offered_background:
            self.reject()
        self._follow()

    def _follow(self) -> None:
        """Update the question: while it is open, files are sent, fail, or are added."""
        unsent = self._window.unsent
        if unsent == self._unsent:
            return
        self._unsent = unsent
        if not unsent.asks:
            self.reject()
            return
        self._ask()
        if self.background.isDefault() and not unsent.goes_on:
            self._choose(self.stay)
        self.column.invalidate()  # what was just hidden or shown counts at once
        self.fit()

    def _ask(self) -> None:
        unsent, trial = self._unsent, self._unsent.trial
        self._offered_background |= unsent.goes_on
        self.question.setText(question(unsent))
        self.background.setText(
            _("Go on with the trial in the background") if trial else _("Keep sending in the background")
        )
        more = (
            N_("The window closes; the program quits once the trial is over, and comes back if a file needs you.")
            if trial
            else N_("The window closes; the program quits once everything is sent, and comes back if a file needs you.")
        )
        _explain(self.background, self.background_more, _(more))
        self.background.setVisible(unsent.goes_on)
        self.background_more.setVisible(unsent.goes_on)
        self.stop.setText(_(_closing(unsent)))
        _explain(self.stop, self.stop_more, "\n".join(_consequences(unsent)))

    def _choose(self, button: QPushButton) -> None:
        """Make this the button that Enter presses."""
        for one in (self.background, self.stay):
            set_look(one, "kind", "primary" if one is button else "plain")
        button.setDefault(True)
        button.setFocus()

    def _choice(self) -> tuple[QPushButton, QLabel]:
        button = push_button("plain", self.theme)
        more = label(self.theme, 13, kind="muted", wraps=True)
        self.column.addSpacing(8)
        self.column.addWidget(button)
        self.column.addWidget(more)
        return button, more


def _closing(unsent: Unsent) -> str:
    """Return the label of the closing button: a trial is only closed, unfinished files resume next time."""
    if unsent.trial:
        return N_("Close the trial")
    return N_("Stop and resume next time") if unsent.saved and unsent.counts.unfinished else N_("Close")


def _explain(button: QPushButton, place: QLabel, text: str) -> None:
    place.setText(text)
    button.setAccessibleDescription(text)


def question(unsent: Unsent) -> str:
    """Return what is not sent, in counts."""
    if unsent.counts.not_sent > unsent.counts.cancelled:
        return _list_text(unsent)
    return unsent.kept.wait() if unsent.kept is not None else _("Files you added are still being looked at.")


def _consequences(unsent: Unsent) -> list[str]:
    """Return what becomes of the files when the program is closed, one sentence each."""
    beside = unsent.counts.not_sent > unsent.counts.cancelled
    sentences = [unsent.kept.wait() if unsent.kept is not None and beside else ""]
    if unsent.trial:
        return [
            *filter(None, sentences),
            _("Its list is forgotten. Nothing was sent to the register; your own files stay where they are."),
        ]
    sentences.append(
        _("The list is here again the next time you open the program. Nothing is sent by itself then.")
        if unsent.saved
        else _("The list cannot be saved on this computer just now: add again what is missing next time.")
    )
    sentences.append(
        _("Files are still being looked at: add again those that are not on the list next time.")
        if unsent.searching
        else ""
    )
    sentences.append(_("What you cancelled does not come back.") if unsent.counts.cancelled else "")
    return list(filter(None, sentences))


def _list_text(unsent: Unsent) -> str:
    files = ngettext("{count} file", "{count} files", unsent.counts.files)
    values = {"files": files, "sums": _states_text(unsent.counts)}
    if unsent.trial:
        return ngettext(
            "TRIAL: {count} of {files} has not got through: {sums}.",
            "TRIAL: {count} of {files} have not got through: {sums}.",
            unsent.counts.not_sent,
            **values,
        )
    if unsent.counts.anomaly_id:
        return ngettext(
            "{count} of {files} is not attached to anomaly {number}: {sums}.",
            "{count} of {files} are not attached to anomaly {number}: {sums}.",
            unsent.counts.not_sent,
            number=unsent.counts.anomaly_id,
            **values,
        )
    return ngettext(
        "{count} of {files} is not attached to its anomaly: {sums}.",
        "{count} of {files} are not attached to their anomaly: {sums}.",
        unsent.counts.not_sent,
        **values,
    )


def _states_text(counts: ListCounts) -> str:
    numbers = (
        (NN_("{count} waiting", "{count} waiting"), counts.waiting + counts.elsewhere),
        (NN_("{count} being sent", "{count} being sent"), counts.sending),
        (NN_("{count} failed", "{count} failed"), counts.failed),
        (NN_("{count} refused", "{count} refused"), counts.refused),
        (NN_("{count} cancelled", "{count} cancelled"), counts.cancelled),
    )
    return ", ".join(ngettext(*sentence, number) for sentence, number in numbers if number)
