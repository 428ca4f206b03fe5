"""Asks for another anomaly for files that are not registered yet, and shows what the register knows of its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uploader_gui.engine import events
from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label, set_look
from uploader_gui.gui.window.anomaly_field import AnomalyField, NumberCheck
from uploader_gui.i18n import N_, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme


class SendToDialog(PlainDialog):
    """Sends these files to the anomaly chosen."""

    guide_page = "anomaly-and-tokens"

    def __init__(self, theme: Theme, window: MainWindow, uploads: Sequence[UploadSnapshot], engine: Bridge) -> None:
        super().__init__(N_("Send to another anomaly"), theme, window)
        like = window.header.field
        self._window = window
        self._engine = engine
        self._ids = [upload.upload_id for upload in uploads]
        self._from = {upload.anomaly_id for upload in uploads}
        self.field = AnomalyField(theme)
        self.field.page = like.page
        self.field.offer([number for number in like.recent if self._from != {number}])
        self.check = NumberCheck(self.field, engine, self)
        self.check.engine_works()  # there are rows
        self.check.signed_in(window.event_router.signed_in or window.trial)
        self.question, self.about = label(theme, 14, wraps=True), label(theme, 12, wraps=True)
        self.send = self.text_button(N_("Send there"), "primary")
        self._build()
        engine.event_arrived.connect(self._handle_event)
        self.finished.connect(window.number.ask_again)
        self.follow_language(self._set_texts)
        self.field.setFocus()

    def _set_texts(self) -> None:
        self.question.setText(
            ngettext(
                "This file is not registered yet. Which anomaly is it to go to?",
                "These {count} files are not registered yet. Which anomaly are they to go to?",
                len(self._ids),
            )
        )
        self.field.retranslate()
        self._show()

    def _build(self) -> None:
        for part in (self.question, self.field, self.about):
            self.column.addWidget(part)
        cancel = self.text_button(N_("Cancel"), "plain")
        self.add_buttons(self.help_button(), cancel, self.send)
        cancel.clicked.connect(self.reject)
        self.send.clicked.connect(lambda: self.check.confirm([self.field.anomaly_id], self._choose, self))
        self.check.changed.connect(self._show)

    def _handle_event(self, event: events.Event) -> None:
        if isinstance(event, events.AnomalyLookedUp):
            self.check.handle(event)

    def _choose(self) -> None:
        self._engine.send_to(self._ids, self.field.anomaly_id)
        self._window.anomaly_used.emit(self.field.anomaly_id)
        self.accept()

    def _show(self) -> None:
        number = self.field.anomaly_id
        self.field.show_result(self.check.result)
        self.send.setEnabled(bool(number) and self._from != {number})
        fault = self.field.fault
        doubtful = fault or self.check.result is events.Lookup.UNKNOWN
        self.about.setText(fault or self.check.text)
        set_look(self.about, "kind", "warning" if doubtful else "muted")
        if self.isVisible():
            self.fit()
