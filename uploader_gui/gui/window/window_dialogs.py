"""Opens the window's dialogs, each at most once.

A dialog's module is imported when it is opened: the first paint does not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtWidgets import QDialog, QWidget

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.dialogs.about_dialog import AboutDialog
    from uploader_gui.gui.dialogs.cancel_dialog import CancelDialog
    from uploader_gui.gui.dialogs.form import PlainDialog
    from uploader_gui.gui.dialogs.guide_window import GuideWindow
    from uploader_gui.gui.dialogs.send_to_dialog import SendToDialog
    from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog, TokensKept
    from uploader_gui.gui.engine_api import Engine
    from uploader_gui.gui.receipts.history_dialog import HistoryDialog
    from uploader_gui.gui.receipts.receipt_controller import ReceiptController
    from uploader_gui.gui.settings.settings_dialog import SettingsDialog
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import Unsent
    from uploader_gui.gui.window.anomaly_field import AnomalyField
    from uploader_gui.gui.window.header import SessionEnd
    from uploader_gui.gui.window.leave_dialog import LeaveDialog
    from uploader_gui.settings import Fixed, Settings

D = TypeVar("D", bound="PlainDialog | HistoryDialog")


class WindowDialogs(QObject):
    """Opens dialogs. The signals are what a person asked for in them."""

    tokens_submitted = Signal(str, str)
    sign_out_wanted = Signal()
    settings_saved = Signal(object)
    background_wanted = Signal()
    cancel_all_wanted = Signal()
    stop_wanted = Signal()
    log_wanted = Signal()
    diagnostics_wanted = Signal()
    report_wanted = Signal(object, bool)
    unfinished_changed = Signal(object)
    """Emitted by the window with the number of unfinished files."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._open: dict[type[QDialog], QDialog] = {}
        self._leave: LeaveDialog | None = None
        self._guide: GuideWindow | None = None
        self.token_help = ""

    def sign_in(
        self, kept: TokensKept, *, refused_again: bool, signed_in: bool, ended: SessionEnd | None
    ) -> SignInDialog:
        """Ask for tokens, since a session `ended`; with `refused_again` it says that the last ones were refused."""
        from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog  # noqa: PLC0415 - loaded when asked for

        dialog = self._shown(SignInDialog, lambda: self._make_sign_in(kept, signed_in=signed_in, ended=ended))
        if refused_again:
            dialog.show_refused()
        return dialog

    def settings(self, settings: Settings, fixed: Mapping[str, Fixed]) -> SettingsDialog:
        """Show the settings. `fixed` maps settings that cannot be changed to what fixes them."""
        from uploader_gui.gui.settings.settings_dialog import SettingsDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(SettingsDialog, lambda: self._make_settings(settings, fixed))

    def history(self, engine: Engine, receipts: ReceiptController, *, sandbox: bool) -> HistoryDialog:
        """Show History."""
        from uploader_gui.gui.receipts.history_dialog import HistoryDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(
            HistoryDialog, lambda: HistoryDialog(engine, receipts, self._theme, self._window, sandbox=sandbox)
        )

    def guide(self, page: str) -> GuideWindow:
        """Show a page of the guide."""
        if self._guide is None:
            self._guide = self._made_guide()
        self._guide.show_page(page)
        return self._guide

    def close_guide(self) -> None:
        """Close the guide if it is open: it has no parent to close with."""
        if self._guide is not None:
            self._guide.close()

    def show_in_guide(self, news: str) -> None:
        """Show in the guide what became of the log, the diagnostics or the report."""
        if self._guide is not None:
            self._guide.show_news(news)

    def about(self) -> AboutDialog:
        """Show the version, the components and their licences."""
        from uploader_gui.gui.dialogs.about_dialog import AboutDialog  # noqa: PLC0415 - seldom wanted, and reads files

        return self._shown(AboutDialog, lambda: AboutDialog(self._theme, self._window))

    def leave(self, unsent: Unsent) -> LeaveDialog:
        """Ask what to do with files that are not sent."""
        from uploader_gui.gui.window.leave_dialog import LeaveDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(LeaveDialog, lambda: self._make_leave(unsent))

    def follow_leave(self, unsent: Callable[[], Unsent]) -> None:
        """Update the open question on leaving, if there is one."""
        if self._leave is not None:
            self._leave.show_unsent(unsent())

    def withdraw_leave(self) -> None:
        """Close the open question on leaving, if sending in the background was offered: sending has ended."""
        if self._leave is not None:
            self._leave.withdraw()

    def cancel_all(self, unfinished: int) -> CancelDialog:
        """Ask whether to cancel everything unfinished."""
        from uploader_gui.gui.dialogs.cancel_dialog import CancelDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(CancelDialog, lambda: self._make_cancel_all(unfinished))

    def send_to(self, uploads: Sequence[UploadSnapshot], engine: Engine, like: AnomalyField) -> SendToDialog:
        """Ask which other anomaly files are to go to."""
        from uploader_gui.gui.dialogs.send_to_dialog import SendToDialog  # noqa: PLC0415 - loaded when asked for

        return self._shown(SendToDialog, lambda: SendToDialog(self._theme, self._window, uploads, engine, like))

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

    def _make_sign_in(self, kept: TokensKept, *, signed_in: bool, ended: SessionEnd | None) -> SignInDialog:
        from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog  # noqa: PLC0415 - loaded when asked for

        dialog = SignInDialog(
            self._theme, self._window, kept, signed_in=signed_in, token_help=self.token_help, ended=ended
        )
        dialog.submitted.connect(self.tokens_submitted)
        dialog.sign_out_wanted.connect(self.sign_out_wanted)
        return dialog

    def _make_settings(self, settings: Settings, fixed: Mapping[str, Fixed]) -> SettingsDialog:
        from uploader_gui.gui.settings.settings_dialog import SettingsDialog  # noqa: PLC0415 - loaded when asked for

        dialog = SettingsDialog(self._theme, self._window, settings, fixed)
        dialog.saved.connect(self.settings_saved)
        return dialog

    def _made_guide(self) -> GuideWindow:
        from uploader_gui.gui.dialogs.guide_window import GuideWindow  # noqa: PLC0415 - loaded when asked for

        guide = GuideWindow(self._theme)
        guide.log_wanted.connect(self.log_wanted)
        guide.diagnostics_wanted.connect(self.diagnostics_wanted)
        guide.report_wanted.connect(self.report_wanted)
        guide.finished.connect(self._forget_guide)
        return guide

    def _forget_guide(self) -> None:
        self._guide = None

    def _make_leave(self, unsent: Unsent) -> LeaveDialog:
        from uploader_gui.gui.window.leave_dialog import LeaveDialog  # noqa: PLC0415 - loaded when asked for

        dialog = LeaveDialog(self._theme, self._window, unsent)
        self._leave = dialog
        dialog.finished.connect(self._forget_leave)
        dialog.background_wanted.connect(self.background_wanted)
        dialog.stop_wanted.connect(self.stop_wanted)
        return dialog

    def _forget_leave(self) -> None:
        self._leave = None

    def _make_cancel_all(self, unfinished: int) -> CancelDialog:
        from uploader_gui.gui.dialogs.cancel_dialog import CancelDialog  # noqa: PLC0415 - loaded when asked for

        dialog = CancelDialog(self._theme, self._window, unfinished)
        dialog.accepted.connect(self.cancel_all_wanted)
        self.unfinished_changed.connect(dialog.show_unfinished)
        return dialog
