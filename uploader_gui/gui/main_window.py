"""The main window: builds its parts and connects what a person does with the engine or the composition root.

The window decides nothing about tokens, settings or leaving: `window_app/` answers the signals below.
`event_router.py` shows what the engine reports.
"""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow

from uploader_gui.anomaly_links import anomaly_of_link
from uploader_gui.engine import events
from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS
from uploader_gui.failure_messages import cause_and_action
from uploader_gui.gui.drop.add_files import AddFiles
from uploader_gui.gui.drop.drop_target import listed, not_here
from uploader_gui.gui.event_router import EventRouter
from uploader_gui.gui.notices import BannerAction
from uploader_gui.gui.style.widgets import HISTORY_KEY
from uploader_gui.gui.upload_list.counts import Unsent
from uploader_gui.gui.upload_list.upload_filter import UploadFilter
from uploader_gui.gui.upload_list.upload_model import UploadModel
from uploader_gui.gui.upload_list.upload_view import UploadView
from uploader_gui.gui.window.number_check import HeldStart, NumberCheck
from uploader_gui.gui.window.window_body import WindowBody
from uploader_gui.gui.window.window_commands import WindowCommands
from uploader_gui.gui.window.window_dialogs import WindowDialogs
from uploader_gui.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QHideEvent

    from uploader_gui.anomaly_links import AnomalyPages
    from uploader_gui.engine.models import Reason
    from uploader_gui.engine.options import AddOptions
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.gui.dialogs.about_dialog import AboutDialog
    from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog, TokensKept
    from uploader_gui.gui.drop.offer import DropKind
    from uploader_gui.gui.engine_api import Engine
    from uploader_gui.gui.preflight.preflight_strip import RefusedController
    from uploader_gui.gui.receipts.receipt_controller import ReceiptController
    from uploader_gui.gui.settings.settings_dialog import SettingsDialog
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.window.header import SignInState
    from uploader_gui.settings import Fixed, Settings


class MainWindow(QMainWindow):
    """The main window. Signals are requests to the composition root.

    `sign_in_wanted(refused_again: bool)` is answered by `show_sign_in(...)`, `settings_wanted` by
    `show_settings(...)`; `tokens_submitted(bearer, session)` and `settings_saved(Settings)` follow.
    `background_wanted` asks to hide the window while files are sent. `anomaly_used(id)`: files were added to it.
    `memory_accepted` and `memory_wanted`: how long History remembers is right, or is to be changed in the settings.
    `report_wanted(Path, bool)` asks for a report for support, with the names of files or without.
    `picture_given(Picture, id)` is to become a file for that anomaly.
    """

    sign_in_wanted = Signal(bool)
    tokens_submitted = Signal(str, str)
    settings_wanted = Signal()
    settings_saved = Signal(object)
    memory_accepted = Signal()
    memory_wanted = Signal()
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

    def __init__(
        self,
        engine: Engine,
        theme: Theme,
        *,
        decoder: PictureDecoder | None = None,
        anomaly_id: str = "",
        sandbox: bool = False,
    ) -> None:
        super().__init__()
        self._engine = engine
        self._theme = theme
        self.trial = sandbox
        self.kept_is_saved = True
        """Whether the kept paths are saved on disk; the composition root sets it."""
        self.model = UploadModel(self, clock=theme.clock)
        self.shown = UploadFilter(self.model, self)
        self.view = UploadView(self.model, self.shown, theme, decoder=decoder)
        self.body = WindowBody(self.view, theme, sandbox=sandbox)
        self.header, self.banner, self.filters = self.body.header, self.body.banner, self.body.filters
        self.empty, self.footer = self.body.empty, self.body.footer
        self.event_router = EventRouter(self.model, self.view, self.body, sandbox=sandbox, parent=self)
        self.notices = self.event_router.notices
        self.setCentralWidget(self.body)
        self.resize(980, 680)
        self.add_files = AddFiles(self, engine, self.header, theme)
        self.started = self.sends_when_dropped = False
        """Whether `--start` opened it, and whether the setting sends what is dropped without Start."""
        self.drop = self.add_files.drop
        if self.body.trial is not None:
            self.drop.overlay.spare(self.body.trial)
        self.dialogs = WindowDialogs(self, theme)
        self.number = NumberCheck(self.header.field, engine, self)
        self.held_start = HeldStart(self)
        self.commands = WindowCommands(self, engine)
        self.add_files.goes_at_once = self.commands.goes_at_once
        self._connect()
        self._add_shortcuts()
        self._set_title()
        self.header.field.setText(anomaly_id)
        self.event_router.show()
        engine.event_arrived.connect(self._handle_event)

    @cached_property
    def receipts(self) -> ReceiptController:
        """Return the controller of receipts, made at the first one."""
        from uploader_gui.gui.receipts.receipt_controller import ReceiptController  # noqa: PLC0415 - loaded when asked for

        controller = ReceiptController(self, self._engine, lambda: self.model.pages, trial=self.trial)
        controller.news.connect(self.body.show_news)
        return controller

    @cached_property
    def refused(self) -> RefusedController:
        """Return the controller that asks about refused files, made at the first question."""
        from uploader_gui.gui.preflight.preflight_strip import RefusedController  # noqa: PLC0415 - loaded when asked for

        controller = RefusedController(self.model, self._engine, self._theme, self)
        controller.remembered.connect(self.choices_remembered)
        controller.help_wanted.connect(self.dialogs.guide)
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
        self.header.field.page = pages.form
        self.model.pages = pages
        self.dialogs.token_help = token_help

    def show_sign_in(self, kept: TokensKept, *, refused_again: bool = False) -> SignInDialog:
        """Open the sign-in dialog, or bring the open one to the front."""
        router = self.event_router
        dialog = self.dialogs.sign_in(
            kept, refused_again=refused_again, signed_in=router.signed_in, ended=router.session_end
        )
        dialog.rejected.connect(self.commands.forget_start)
        return dialog

    def show_settings(self, settings: Settings, fixed: Mapping[str, Fixed] = MappingProxyType({})) -> SettingsDialog:
        """Open the settings. `fixed` maps settings that cannot be changed to what fixes them."""
        return self.dialogs.settings(settings, fixed)

    def show_history(self) -> None:
        """Open History, or bring the open one to the front."""
        self.dialogs.history(self._engine, self.receipts, sandbox=self.trial)

    def show_guide(self) -> None:
        """Open the guide at the page about what the window shows."""
        self.dialogs.guide(self._page_of_guide())

    def show_about(self) -> AboutDialog:
        """Open the About window."""
        return self.dialogs.about()

    @property
    def unsent(self) -> Unsent:
        """What closing now would leave unsent."""
        self.model.flush()
        return Unsent(
            counts=self.model.counts(),
            anomaly_id=self.model.only_anomaly,
            kept=self.add_files.kept,
            searching=self.event_router.searching or self.add_files.unanswered,
            goes_on=self.event_router.goes_on,
            saved=self.event_router.saved and self.kept_is_saved,
            trial=self.trial,
        )

    @property
    def unfinished(self) -> int:
        """How many files are not done, those for another server included."""
        counts = self.model.counts()
        return counts.unfinished + counts.elsewhere

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

    def open_text_of_link(self, link: str) -> None:
        """Put the number of a link into the field, if it names one."""
        if anomaly_id := anomaly_of_link(link):
            self.open_link(anomaly_id)

    def add_paths(self, paths: Sequence[Path], options: AddOptions = DEFAULT_ADD_OPTIONS) -> None:
        """Add files and folders to the anomaly shown, or keep them until there is one."""
        self.add_files.add(paths, options)

    def keep_paths(self, paths: Sequence[Path]) -> None:
        """Keep files and folders until a person confirms the anomaly, even if its number is already there."""
        self.add_files.keep(paths)

    def show_lost(self, name: str, reason: Reason) -> None:
        """Show that a file that waited for a number did not come, and what to do."""
        self.notices.explain(lambda: _("{label}: {text}", label=name, text=cause_and_action(reason).whole))

    def show_picture_lost(self, why: str) -> None:
        """Show that a picture could not be saved as a file; `why` in the system's words."""
        self.notices.explain(lambda: _("The picture could not be added: {why}", why=why))

    # Connecting

    def _connect(self) -> None:
        commands = self.commands
        self.add_files.anomaly_used.connect(self.anomaly_used)
        self.add_files.picture_given.connect(self.picture_given)
        self.add_files.refused.connect(self._explain_refused_drop)
        self.add_files.left_out.connect(self._name_left_out)
        self.add_files.half_fetched.connect(self._name_half_fetched)
        self.header.sign_in_wanted.connect(lambda: self.sign_in_wanted.emit(False))
        self.header.settings_wanted.connect(self.settings_wanted)
        self.header.history_wanted.connect(self.show_history)
        self.banner.action_wanted.connect(commands.do_banner_action)
        self.empty.add_files_wanted.connect(self.add_files.choose_files)
        self.empty.add_folder_wanted.connect(self.add_files.choose_folder)
        self.empty.samples_wanted.connect(self.samples_wanted)
        self.empty.guide_wanted.connect(self.show_guide)
        self.filters.chip_chosen.connect(self.shown.show_chip)
        self.filters.search_changed.connect(self.shown.search)
        self.filters.sort_chosen.connect(self.model.sort_by)
        self.view.action_wanted.connect(commands.do_row_action)
        self.view.selectionModel().selectionChanged.connect(commands.show_selection)
        self.model.counts_changed.connect(commands.show_selection)
        self.body.selection.send_to_wanted.connect(commands.send_selected)
        self.view.taken_away.connect(self._engine.take_away)
        self.body.undo.undo_wanted.connect(self._engine.undo)
        self.footer.action_wanted.connect(commands.do_footer_action)
        self.event_router.sign_in_wanted.connect(self.sign_in_wanted)
        self.header.anomaly_changed.connect(self.view.show_anomaly)
        self.header.anomaly_changed.connect(self._set_title)
        self.number.changed.connect(self._show_number)
        self.held_start.changed.connect(self._show_held)
        self.held_start.over.connect(commands.start_held)
        self.model.counts_changed.connect(commands.end_held)
        self.exit_requested.connect(self.held_start.end)
        self.body.finish.receipt_wanted.connect(commands.open_finished)
        self.body.finish.new_deposit_wanted.connect(commands.begin_deposit)
        self.body.finish.memory_accepted.connect(self.memory_accepted)
        self.body.finish.memory_wanted.connect(self.memory_wanted)
        self.header.suggestion_wanted.connect(lambda: self.set_anomaly(self.number.suggestion))
        self.body.preflight.refused_wanted.connect(commands.open_refused)
        self.body.preflight.send_again_wanted.connect(lambda ids: self._engine.send_again(ids, start=False))
        self.body.preflight.other_anomaly_wanted.connect(commands.change_anomaly)
        self._connect_dialogs()

    def _set_title(self) -> None:
        """Name the program and the anomaly; a trial has a title of its own."""
        number = self.header.field.anomaly_id
        if self.trial:
            self.setWindowTitle(_("TRIAL: nothing is sent to the register – Anomaly files"))
        elif number:
            self.setWindowTitle(_("Anomaly files – anomaly {number}", number=number))
        else:
            self.setWindowTitle(_("Anomaly files"))

    def _connect_dialogs(self) -> None:
        for wish, passed_on in (
            (self.dialogs.tokens_submitted, self.tokens_submitted),
            (self.dialogs.sign_out_wanted, self.sign_out_wanted),
            (self.dialogs.settings_saved, self.settings_saved),
            (self.dialogs.background_wanted, self.background_wanted),
            (self.dialogs.stop_wanted, self.exit_requested),
            (self.dialogs.cancel_all_wanted, self._engine.cancel_all),
            (self.dialogs.log_wanted, self.log_wanted),
            (self.dialogs.diagnostics_wanted, self.diagnostics_wanted),
            (self.dialogs.report_wanted, self.report_wanted),
        ):
            wish.connect(passed_on)
        self.add_files.kept_changed.connect(self._update_leave_question)
        self.model.counts_changed.connect(self._update_leave_question)
        self.model.counts_changed.connect(lambda: self.dialogs.unfinished_changed.emit(self.unfinished))

    def _add_shortcuts(self) -> None:
        for keys, wanted in (
            (QKeySequence.StandardKey.Open, self.add_files.choose_files),
            (QKeySequence.StandardKey.Paste, self.add_files.paste),
            (QKeySequence(Qt.Key.Key_F1), self.show_guide),
            (QKeySequence(Qt.Key.Key_Escape), self.body.clear_search_or_selection),
            (QKeySequence(Qt.Modifier.CTRL | HISTORY_KEY), self.show_history),
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

    # Events of the engine

    def _handle_event(self, event: events.Event) -> None:
        self.number.engine_works()
        match event:
            case events.PathsAdded():
                self.add_files.paths_added(event)
            case events.ReceiptBuilt():
                self.receipts.receipt_built(event)
            case events.HistoryFound(runs):
                self.commands.open_past(runs)
            case events.AnomalyChanged():
                self.commands.tell_anomaly_changed(event)
            case events.AnomalyLookedUp():
                self.number.handle(event)
            case events.ReceiptWritten(path, None):
                self.receipts.written(path)
            case events.UndoOffered():
                self._forget_typing()
            case events.QueueStatus(running=True, partly=False):
                self.held_start.end()  # everything goes: something else began it
        self.event_router.handle_event(event)
        if isinstance(event, events.QueueIdle):
            self.dialogs.withdraw_leave()
        self._update_leave_question()

    def _update_leave_question(self) -> None:
        self.dialogs.follow_leave(lambda: self.unsent)

    def _forget_typing(self) -> None:
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

    # Actions of a person

    def _explain_refused_drop(self, kind: DropKind) -> None:
        """Show what to do about a drop that holds no files."""
        self.notices.explain(lambda: kind.advice)

    def _name_left_out(self, names: Sequence[str]) -> None:
        """Show how many of the dropped things are in no folder of this computer, and name the first."""
        if names:
            self.notices.explain(lambda: not_here(names))

    def _name_half_fetched(self, names: Sequence[str]) -> None:
        """Show which files an earlier window did not fetch to the end."""
        self.notices.explain(
            lambda: ngettext(
                "{count} file was not fetched to the end: {names}. Drop it again.",
                "{count} files were not fetched to the end: {names}. Drop them again.",
                len(names),
                names=listed(names),
            )
        )

    def _page_of_guide(self) -> str:
        notice, counts = self.banner.notice, self.model.counts()
        if notice is not None and notice.action is BannerAction.SIGN_IN:
            return "anomaly-and-tokens"
        if counts.failed or (notice is not None and notice.action is not BannerAction.CLOSE):
            return "failures"
        if counts.refused:
            return "refused-files"
        return "receipts" if counts.uploaded and not counts.unfinished else "first-deposit"

    def _show_held(self) -> None:
        self.footer.show_held(self.held_start.left)

    def _show_number(self) -> None:
        answer = self.number.answer
        doubtful = answer is not None and answer.result is events.Lookup.UNKNOWN
        self.header.field.show_known(known=answer is not None and answer.result is events.Lookup.KNOWN)
        self.header.show_about(self.number.text, doubtful=doubtful, suggestion=self.number.suggestion)

    # Overrides of Qt

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language; show the session's time left whenever the window is activated."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.header.show_time()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the guide with the window; a minimised window keeps it."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.dialogs.close_guide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Never close here: ask first, and let the composition root stop everything and exit."""
        event.ignore()
        unsent = self.unsent
        if unsent.asks:
            self.dialogs.leave(unsent)
        else:
            self.exit_requested.emit()
