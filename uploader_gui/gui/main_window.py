"""The main window: builds its parts and connects what a person does with the engine or the composition root.

The window decides nothing about tokens, settings or leaving: `window_app/` answers the signals below.
`event_router.py` shows what the engine reports.
"""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow

from uploader_gui.engine import events
from uploader_gui.gui.drop.add_files import AddFiles
from uploader_gui.gui.event_router import EventRouter
from uploader_gui.gui.upload_list.counts import Unsent
from uploader_gui.gui.upload_list.upload_model import UploadModel
from uploader_gui.gui.upload_list.upload_view import UploadView
from uploader_gui.gui.window.anomaly_field import HeldStart, NumberCheck
from uploader_gui.gui.window.filter_bar import UploadFilter
from uploader_gui.gui.window.window_body import WindowBody
from uploader_gui.gui.window.window_commands import WindowCommands, WindowDialogs
from uploader_gui.i18n import _

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QHideEvent

    from uploader_gui.anomaly_links import AnomalyPages
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.receipts.receipt_controller import ReceiptController
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.window.header import SignInState


_HISTORY_KEY: Final = Qt.Key.Key_Y if sys.platform == "darwin" else Qt.Key.Key_H
"""With Ctrl, on a Mac Command: ⌘H hides a program there, and ⌘Y shows the history in browsers."""


class MainWindow(QMainWindow):
    """The main window. Signals are requests to the composition root.

    `sign_in_wanted(refused_again: bool)` is answered by `dialogs.sign_in(...)`, `settings_wanted` by
    `dialogs.settings(...)`; `tokens_submitted(bearer, session)` and `settings_saved(Settings)` follow.
    `background_wanted` asks to hide the window while files are sent. `anomaly_used(id)`: files were added to it.
    `report_wanted(Path, bool)` asks for a report for support, with the names of files or without.
    `picture_given(Picture, id)` is to become a file for that anomaly.
    """

    sign_in_wanted = Signal(bool)
    tokens_submitted = Signal(str, str)
    settings_wanted = Signal()
    settings_saved = Signal(object)
    samples_wanted = Signal()
    open_objects_wanted = Signal()
    exit_requested = Signal()
    background_wanted = Signal()
    anomaly_used = Signal(str)
    choices_remembered = Signal(object)
    picture_given = Signal(object, str)
    sign_out_wanted = Signal()
    log_wanted = Signal()
    diagnostics_wanted = Signal()
    report_wanted = Signal(object, bool)

    def __init__(self, engine: Bridge, theme: Theme, *, anomaly_id: str = "", trial: bool = False) -> None:
        super().__init__()
        self._engine = engine
        self._theme = theme
        self.trial = trial
        self.kept_is_saved = True
        """Whether the kept paths are saved on disk; the composition root sets it."""
        self.model = UploadModel(self, clock=theme.clock)
        self.shown = UploadFilter(self.model, self)
        self.view = UploadView(self.model, self.shown, theme)
        self.body = WindowBody(self.view, theme, trial=trial)
        self.header, self.banner, self.filters = self.body.header, self.body.banner, self.body.filters
        self.empty, self.footer = self.body.empty, self.body.footer
        self.event_router = EventRouter(self)
        self.notices = self.event_router.notices
        self.setCentralWidget(self.body)
        self.resize(980, 680)
        self.add_files = AddFiles(self, engine, theme)
        self.started = self.sends_when_dropped = False
        """Whether `--start` opened it, and whether the setting sends what is dropped without Start."""
        self.dialogs = WindowDialogs(self, engine, theme)
        self.number = NumberCheck(self.header.field, engine, self)
        self.held_start = HeldStart(self)
        self.commands = WindowCommands(self, engine)
        self._connect()
        self._add_shortcuts()
        self._set_title()
        self.header.field.setText(anomaly_id)
        self.event_router.show()
        engine.event_arrived.connect(self.event_router.handle_event)

    @cached_property
    def receipts(self) -> ReceiptController:
        """Return the controller of receipts, made at the first one."""
        from uploader_gui.gui.receipts.receipt_controller import ReceiptController  # noqa: PLC0415 - loaded when asked for

        controller = ReceiptController(self, self._engine)
        controller.news.connect(self.body.show_news)
        return controller

    # For the composition root

    def set_signed_in(self, state: SignInState) -> None:
        """Show whether there are tokens and how long they last."""
        self.event_router.set_signed_in(state)
        self.number.signed_in(state.signed_in or self.trial)
        if state.signed_in:
            self.commands.start_once_signed_in()

    def set_operator(self, pages: AnomalyPages, token_help: str) -> None:
        """Use the operator's addresses: of anomalies' pages, and of help with tokens; "" for none."""
        if self.model.pages.server not in {"", pages.server}:
            self.number.forget_register()
        self.header.field.page = pages.form
        self.model.pages = pages
        self.dialogs.token_help = token_help

    @property
    def unsent(self) -> Unsent:
        """What closing now would leave unsent."""
        self.model.flush()
        return Unsent(
            counts=self.model.counts(),
            kept=self.add_files.kept,
            searching=self.event_router.searching or self.add_files.unanswered,
            goes_on=self.event_router.goes_on,
            saved=self.event_router.saved and self.kept_is_saved,
            trial=self.trial,
        )

    @property
    def anomaly_id(self) -> str:
        """The number in the field, "" without one."""
        return self.header.field.anomaly_id

    def set_anomaly(self, anomaly_id: str) -> None:
        """Put a number into the field; files already on the list keep their anomaly."""
        self.header.field.setText(anomaly_id)

    def open_link(self, anomaly_id: str) -> None:
        """Put a link's number into the field. While files are sent, it is confirmed at the next drop."""
        self.set_anomaly(anomaly_id)
        self.number.note_link(anomaly_id)
        if self.event_router.goes_on:
            self.add_files.keep_next()

    # Connecting

    def _connect(self) -> None:
        commands = self.commands
        self.header.sign_in.clicked.connect(lambda: self.sign_in_wanted.emit(False))
        self.header.settings.clicked.connect(self.settings_wanted)
        self.header.history.clicked.connect(self.dialogs.history)
        self.banner.action_wanted.connect(commands.do_banner_action)
        self.empty.add_files.clicked.connect(self.add_files.choose_files)
        self.empty.add_folder.clicked.connect(self.add_files.choose_folder)
        self.empty.samples.clicked.connect(self.samples_wanted)
        self.empty.guide.clicked.connect(self.dialogs.help)
        self.filters.chip_chosen.connect(self.shown.show_chip)
        self.filters.search.textChanged.connect(self.shown.search)
        self.filters.sort_chosen.connect(self.model.sort_by)
        self.view.action_wanted.connect(commands.do_row_action)
        self.view.selectionModel().selectionChanged.connect(commands.show_selection)
        self.model.counts_changed.connect(commands.show_selection)
        self.body.selection.button.clicked.connect(commands.send_selected)
        self.view.taken_away.connect(self._engine.take_away)
        self.body.undo.button.clicked.connect(self._engine.undo)
        self.footer.action_wanted.connect(commands.do_footer_action)
        self.header.field.anomaly_changed.connect(self.view.show_anomaly)
        self.header.field.anomaly_changed.connect(self._set_title)
        self.number.changed.connect(self._show_number)
        self.held_start.changed.connect(self._show_held)
        self.held_start.over.connect(commands.start_held)
        self.model.counts_changed.connect(commands.end_held)
        self.model.counts_changed.connect(self._set_title)
        self.exit_requested.connect(self.held_start.end)
        self.body.finish.receipt_wanted.connect(commands.open_finished)
        self.body.finish.new_deposit.clicked.connect(commands.begin_deposit)
        self.header.suggestion.clicked.connect(lambda: self.set_anomaly(self.number.suggestion))
        self.body.preflight.refused.clicked.connect(self.dialogs.refused)
        self.body.preflight.send_again_wanted.connect(lambda ids: self._engine.send_again(ids, start=False))
        self.body.preflight.other_anomaly_wanted.connect(commands.change_anomaly)

    def _set_title(self) -> None:
        """Name the program and the anomaly, unless files of the list go to another; a trial has a title of its own."""
        number = "" if self.model.names_anomalies() else self.header.field.anomaly_id
        if self.trial:
            self.setWindowTitle(_("TRIAL: nothing is sent to the register – Anomaly files"))
        elif number:
            self.setWindowTitle(_("Anomaly files – anomaly {number}", number=number))
        else:
            self.setWindowTitle(_("Anomaly files"))

    def _add_shortcuts(self) -> None:
        for keys, wanted in (
            (QKeySequence.StandardKey.Open, self.add_files.choose_files),
            (QKeySequence.StandardKey.Paste, self.add_files.paste),
            (QKeySequence(Qt.Key.Key_F1), self.dialogs.help),
            (QKeySequence(Qt.Key.Key_Escape), self.body.clear_search_or_selection),
            (QKeySequence(Qt.Modifier.CTRL | _HISTORY_KEY), self.dialogs.history),
            (QKeySequence.StandardKey.Find, self.body.begin_search),
            (QKeySequence.StandardKey.Undo, self._engine.undo),
            (QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Return), self.commands.press_primary),
            (QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Enter), self.commands.press_primary),
        ):
            shortcut = QShortcut(keys, self)  # all keys of a meaning: Paste is Shift+Insert too
            shortcut.setAutoRepeat(False)  # a held Ctrl+Enter would send, pause, send
            shortcut.activated.connect(wanted)
        for field in (self.header.field, self.filters.search):
            field.undo_wanted.connect(self._engine.undo)
            field.paste_wanted.connect(self.add_files.paste)

    def forget_typing(self) -> None:
        """Ctrl+Z undoes the last action: typing that came before it must not be undone first."""
        for field in (self.header.field, self.filters.search):
            field.forget_typing()

    def _retranslate(self) -> None:
        """Painted parts need no call: they paint in the current language."""
        self._set_title()
        self.body.retranslate()
        self.view.retranslate()
        self.event_router.show()
        self._show_number()

    def _show_held(self) -> None:
        self.footer.show_held(self.held_start.left)

    def _show_number(self) -> None:
        result = self.number.result
        doubtful = result is events.Lookup.UNKNOWN
        self.header.field.show_result(result)
        self.header.show_about(self.number.text, doubtful=doubtful, suggestion=self.number.suggestion)

    # Overrides of Qt

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language; show the session's time left whenever the window is activated."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.header.show_sign_in()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the guide with the window; a minimised window keeps it."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.dialogs.close_guide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Never close here: ask first, and let the composition root stop everything and exit."""
        event.ignore()
        if self.unsent.asks:
            self.dialogs.leave()
        else:
            self.exit_requested.emit()
