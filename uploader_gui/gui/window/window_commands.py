"""What a person's buttons, keys and menus do in the main window: starting, deposits, rows; and the dialogs they open.

`main_window.py` connects them. A dialog's module is imported when it is opened: the first paint does not wait for it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from uploader_gui.anomaly_links import page_address
from uploader_gui.engine.models import may_change_anomaly
from uploader_gui.gui.notices import BannerAction, gone_to, registered_meanwhile
from uploader_gui.gui.upload_list.row_actions import SENDS_AT_ONCE, RowAction, perform
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.i18n import N_, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtWidgets import QDialog

    from uploader_gui.engine import events
    from uploader_gui.engine.models import PastRun, UploadId, UploadSnapshot
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.dialogs.about_dialog import AboutDialog
    from uploader_gui.gui.dialogs.form import PlainDialog, QuestionDialog
    from uploader_gui.gui.dialogs.guide_window import GuideWindow
    from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog
    from uploader_gui.gui.dialogs.refused_dialog import RefusedDialog
    from uploader_gui.gui.dialogs.send_to_dialog import SendToDialog
    from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog
    from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog, TokensKept
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.receipts.history_dialog import HistoryDialog
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.window.finish import Finish
    from uploader_gui.settings import Fixed, Settings


_FEW_ROWS: Final = 200
"""Up to this many selected rows are looked at in a moment, ten times a second."""


class WindowCommands(QObject):
    """The commands of one main window."""

    def __init__(self, window: MainWindow, engine: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._engine = engine
        self._starts_once_signed_in = False
        self._past_wanted = ""
        """The anomaly whose last receipt is to be opened once History is there."""

    # Starting

    def start(self) -> None:
        """Begin to send: with signing in where there are no tokens, with a question where a number is unknown."""
        if self._window.event_router.lacks_tokens:
            self._starts_once_signed_in = True
            self._window.sign_in_wanted.emit(False)
        else:
            self._window.number.confirm(self._window.model.unfinished_anomalies(), self._start_or_hold, self._window)

    def start_once_signed_in(self) -> None:
        """Begin what was started without tokens, now that there are some."""
        if self._starts_once_signed_in:
            self._starts_once_signed_in = False
            QTimer.singleShot(0, self.start)  # once the engine has the tokens, too

    def forget_start(self) -> None:
        """A person did not sign in: signing in later, for another reason, must not send anything."""
        self._starts_once_signed_in = False

    def _start_or_hold(self) -> None:
        """Begin to send; a start that a doubtful number is part of can be undone first."""
        numbers = self._window.model.unfinished_anomalies()
        is_asked_for = self._window.started or self._window.sends_when_dropped
        if not is_asked_for and any(map(self._window.number.is_doubtful, numbers)):
            self._window.held_start.begin(numbers)
        else:
            self._window.number.note_started(numbers)
            self._engine.start()

    def start_held(self, numbers: Sequence[str]) -> None:
        """Begin after nobody undid it. What came meanwhile for another doubtful number is held in its turn."""
        self._window.number.note_started(numbers)
        self.start()

    def end_held(self) -> None:
        """Hold nothing any more once there is nothing to send."""
        if not self._window.model.counts().unfinished:
            self._window.held_start.end()

    def goes_at_once(self, anomaly_id: str) -> bool:
        """Return whether what is dropped now goes without Start: not after Pause, nor to a doubtful number."""
        if self._window.footer.primary_action is FooterAction.RESUME:
            return False
        return self._window.started or (
            self._window.sends_when_dropped and not self._window.number.asks_for(anomaly_id)
        )

    def asks_first(self, anomaly_id: str) -> bool:
        """Return whether a person confirms this number before it gets files: no Start would ask, they would go now."""
        return (
            self._window.event_router.takes_all
            and not self._window.started
            and self._window.number.asks_for(anomaly_id)
        )

    def press_primary(self) -> None:
        """Click the primary button, where a click would count."""
        if self._window.footer.primary.isVisible() and self._window.footer.primary.settled:
            self._window.footer.primary.click()

    # Deposits

    def begin_deposit(self) -> None:
        """Clear list and number. What was refused goes too; Undo brings all of it back."""
        self._window.body.finish.show_past(None)
        if ended := self._window.model.ended():
            self._engine.remove(ended)
        self._window.header.field.clear()
        self._window.header.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_finished(self, finish: Finish) -> None:
        """Open the receipt of the deposit that came to its end; History has those of several anomalies."""
        if not finish.past and (finish.anomaly_id or finish.trial):
            self._window.receipts.open(finish.anomaly_id or self._window.anomaly_id)
        elif finish.anomaly_id:
            self._past_wanted = finish.anomaly_id
            self._engine.load_history()
        else:
            self._window.dialogs.history()

    def open_past(self, runs: Sequence[PastRun]) -> None:
        """Open the newest receipt of the anomaly that is wanted, if one is."""
        wanted, self._past_wanted = self._past_wanted, ""
        key = next((run.key for run in runs if run.key.anomaly_id == wanted), None)
        if key is not None:
            self._window.receipts.open(wanted, key)
        elif wanted:
            self._window.dialogs.history()

    # Rows

    def do_row_action(self, action: RowAction, uploads: Sequence[UploadSnapshot]) -> None:
        """Do what a row's button or menu says; ask first what Start would ask, where it sends at once."""
        if action is RowAction.SEND_TO:
            self._window.dialogs.send_to(uploads)
            return
        if action is RowAction.OPEN_ANOMALY:
            QDesktopServices.openUrl(QUrl(page_address(self._window.model.pages.form, uploads[0].anomaly_id)))
            return
        numbers = [upload.anomaly_id for upload in uploads] if action in SENDS_AT_ONCE else []
        self._window.number.confirm(numbers, lambda: perform(action, uploads, self._engine), self._window)

    def _retry_failed(self) -> None:
        numbers = self._window.model.failed_anomalies()
        self._window.number.confirm(numbers, self._engine.retry_failed, self._window)

    def show_selection(self) -> None:
        """Show what may be done with the selected rows; of very many, each is looked at only once it is asked for."""
        count = len(self._window.view.selectionModel().selectedRows())
        few = self._window.view.selected() if 0 < count <= _FEW_ROWS else []
        self._window.body.selection.show_selection(count, sum(map(may_change_anomaly, few)) if few else count)

    def send_selected(self) -> None:
        """Ask where the selected rows are to go, as far as they can still go elsewhere."""
        chosen = self._window.view.selected()
        movable = [upload for upload in chosen if may_change_anomaly(upload)]
        if movable:
            self._window.dialogs.send_to(movable)
        else:
            self._window.notices.explain(lambda: registered_meanwhile(len(chosen)))

    def change_anomaly(self, upload_ids: Sequence[UploadId], anomaly_id: str) -> None:
        """Let a drop go to the anomaly it was meant for, and show that number for the next one."""
        self._engine.send_to(upload_ids, anomaly_id)
        self._window.set_anomaly(anomaly_id)
        self._window.anomaly_used.emit(anomaly_id)

    def tell_anomaly_changed(self, event: events.AnomalyChanged) -> None:
        """Show what became of rows that were to go to another anomaly."""
        if event.registered:
            self._window.notices.explain(lambda: registered_meanwhile(event.registered))
        if event.moved + event.already_there:
            self._window.body.show_news(gone_to(event))

    # Buttons

    def do_banner_action(self, action: BannerAction) -> None:
        """Do what the banner's button says."""
        wanted = {
            BannerAction.SIGN_IN: lambda: self._window.sign_in_wanted.emit(False),
            BannerAction.TRY_AGAIN: self.start,
            BannerAction.RESUME: self.start,
            BannerAction.TRY_NOW: self._engine.try_now,
            BannerAction.SAVE_ELSEWHERE: lambda: self._window.receipts.save_as(*self._window.receipts.not_saved),
            BannerAction.DISCARD: lambda: self._engine.remove(self._window.notices.discard()),
            BannerAction.SETTINGS: self._window.settings_wanted.emit,
            BannerAction.SEND_HERE: lambda: self.do_row_action(
                RowAction.SEND_HERE, self._window.model.waiting_elsewhere()
            ),
            BannerAction.RETRY_THESE: lambda: self.do_row_action(
                RowAction.TRY_AGAIN, self._window.model.failed_alike()
            ),
            BannerAction.CLOSE: self._window.notices.forget,
        }
        wanted[action]()

    def do_footer_action(self, action: FooterAction) -> None:
        """Do what a button or an entry of the menu at the bottom says."""
        wanted = {
            FooterAction.START: self.start,
            FooterAction.SEND_OTHERS: self.start,
            FooterAction.UNDO_START: self._window.held_start.end,
            FooterAction.SIGN_IN: lambda: self._window.sign_in_wanted.emit(False),
            FooterAction.RESUME: self.start,
            FooterAction.PAUSE: self._engine.pause,
            FooterAction.RETRY_FAILED: self._retry_failed,
            FooterAction.RETRY_ALL_FAILED: self._retry_failed,
            FooterAction.NEW_DEPOSIT: self.begin_deposit,
            FooterAction.CLEAR_FINISHED: self._engine.clear_finished,
            FooterAction.REFUSED_FILES: self._window.dialogs.refused,
            FooterAction.CANCEL_ALL: self._window.dialogs.cancel_all,
            FooterAction.UNDO: self._engine.undo,
            FooterAction.ADD_FILES: self._window.add_files.choose_files,
            FooterAction.ADD_FOLDER: self._window.add_files.choose_folder,
            FooterAction.RECEIPT: lambda: self._window.receipts.save_as(self._window.anomaly_id),
            FooterAction.PRINT_RECEIPT: lambda: self._window.receipts.print_out(self._window.anomaly_id),
            FooterAction.HISTORY: self._window.dialogs.history,
            FooterAction.HELP: self._window.dialogs.help,
            FooterAction.OPEN_OBJECTS: self._window.open_objects_wanted.emit,
            FooterAction.ABOUT: self._window.dialogs.about,
        }
        wanted[action]()


D = TypeVar("D", bound="PlainDialog")


class WindowDialogs:
    """Opens dialogs. `token_help` is the operator's page about tokens, "" for none."""

    def __init__(self, window: MainWindow, engine: Bridge, theme: Theme) -> None:
        self._window = window
        self._engine = engine
        self._theme = theme
        self._open: dict[type[QDialog], QDialog] = {}
        self._guide: GuideWindow | None = None
        self.token_help = ""

    def sign_in(self, kept: TokensKept, *, refused_again: bool = False) -> SignInDialog:
        """Ask for tokens; with `refused_again` it says that the last ones were refused."""
        from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog  # noqa: PLC0415 - loaded when asked for

        dialog = self._shown(SignInDialog, lambda: SignInDialog(self._theme, self._window, kept))
        if refused_again:
            dialog.show_refused()
        return dialog

    def settings(self, settings: Settings, fixed: Mapping[str, Fixed] = MappingProxyType({})) -> SettingsDialog:
        """Show the settings. `fixed` maps settings that cannot be changed to what fixes them."""
        from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(SettingsDialog, lambda: SettingsDialog(self._theme, self._window, settings, fixed))

    def history(self) -> HistoryDialog:
        """Show History."""
        from uploader_gui.gui.receipts.history_dialog import HistoryDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(HistoryDialog, lambda: HistoryDialog(self._engine, self._theme, self._window))

    def about(self) -> AboutDialog:
        """Show the version, the components and their licences."""
        from uploader_gui.gui.dialogs.about_dialog import AboutDialog  # noqa: PLC0415 - seldom wanted, and reads files

        return self._shown(AboutDialog, lambda: AboutDialog(self._theme, self._window))

    def leave(self) -> LeaveDialog:
        """Ask what to do with files that are not sent."""
        from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(LeaveDialog, lambda: LeaveDialog(self._theme, self._window, self._engine))

    def cancel_all(self) -> QuestionDialog:
        """Ask whether to cancel everything unfinished; the question goes when nothing is left to cancel."""
        from uploader_gui.gui.dialogs.form import QuestionDialog  # noqa: PLC0415 - loaded when asked for

        model = self._window.model

        def make() -> QuestionDialog:
            dialog = QuestionDialog(
                self._theme,
                self._window,
                lambda: (
                    ngettext(
                        "Cancel the file that has not been sent yet?",
                        "Cancel the {count} files that have not been sent yet?",
                        model.counts().pending,
                    )
                    if model.counts().pending
                    else ""
                ),
                N_("What has arrived stays stored. What is cancelled stays on the list and can be tried again."),
                answers=(N_("Cancel all"), N_("Keep sending")),
            )
            model.counts_changed.connect(dialog.ask_again)
            dialog.accepted.connect(self._engine.cancel_all)
            return dialog

        return self._shown(QuestionDialog, make)

    def refused(self) -> RefusedDialog | None:
        """Ask what to do about refused files that can be converted; None where there are none."""
        from uploader_gui.gui.dialogs.refused_dialog import RefusedDialog, refused_uploads  # noqa: PLC0415 - as above

        if not any(refused_uploads(self._window.model).values()):
            return None
        return self._shown(RefusedDialog, lambda: RefusedDialog(self._theme, self._window, self._engine))

    def send_to(self, uploads: Sequence[UploadSnapshot]) -> SendToDialog:
        """Ask which other anomaly files are to go to."""
        from uploader_gui.gui.dialogs.send_to_dialog import SendToDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(SendToDialog, lambda: SendToDialog(self._theme, self._window, uploads, self._engine))

    def _shown(self, kind: type[D], make: Callable[[], D]) -> D:
        dialog = self._open.get(kind)
        if not isinstance(dialog, kind):
            dialog = make()
            self._open[kind] = dialog
            dialog.finished.connect(lambda: self._open.pop(kind, None))
            dialog.help_wanted.connect(self.guide)
            dialog.open()
        dialog.raise_()
        return dialog

    # The guide

    def guide(self, page: str) -> GuideWindow:
        """Show a page of the guide."""
        if self._guide is None:
            from uploader_gui.gui.dialogs.guide_window import GuideWindow  # noqa: PLC0415 - loaded when asked for

            self._guide = GuideWindow(self._theme)
            self._guide.log_wanted.connect(self._window.log_wanted)
            self._guide.diagnostics_wanted.connect(self._window.diagnostics_wanted)
            self._guide.report_wanted.connect(self._window.report_wanted)
            self._guide.finished.connect(self._forget_guide)
        self._guide.show_page(page)
        return self._guide

    def help(self) -> None:
        """Show the page of the guide that is about what the window shows."""
        notice, counts = self._window.banner.notice, self._window.model.counts()
        if notice is not None and notice.action is BannerAction.SIGN_IN:
            self.guide("anomaly-and-tokens")
        elif counts.failed or (notice is not None and notice.action is not BannerAction.CLOSE):
            self.guide("failures")
        elif counts.refused:
            self.guide("refused-files")
        else:
            self.guide("receipts" if counts.uploaded and not counts.unfinished else "first-deposit")

    def close_guide(self) -> None:
        """Close the guide if it is open: it has no parent to close with."""
        if self._guide is not None:
            self._guide.close()

    def show_in_guide(self, news: str) -> None:
        """Show in the guide what became of the diagnostics or the report; in the window once the guide is closed."""
        if self._guide is not None:
            self._guide.show_news(news)
        else:
            self._window.body.show_news(news)

    def _forget_guide(self) -> None:
        self._guide = None
