"""Opens the window's dialogs, each at most once, and connects what a person asks for in them with the window's signals.

A dialog's module is imported when it is opened: the first paint does not wait for it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from uploader_gui.gui.notices import BannerAction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtWidgets import QDialog

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.dialogs.about_dialog import AboutDialog
    from uploader_gui.gui.dialogs.form import PlainDialog
    from uploader_gui.gui.dialogs.guide_window import GuideWindow
    from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog
    from uploader_gui.gui.dialogs.question_dialog import CancelDialog
    from uploader_gui.gui.dialogs.refused_dialog import RefusedDialog
    from uploader_gui.gui.dialogs.send_to_dialog import SendToDialog
    from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog
    from uploader_gui.gui.dialogs.sign_in_dialog import SignInDialog, TokensKept
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.receipts.history_dialog import HistoryDialog
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.settings import Fixed, Settings

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

        window, router = self._window, self._window.event_router

        def make() -> SignInDialog:
            dialog = SignInDialog(
                self._theme,
                window,
                kept,
                signed_in=router.signed_in,
                token_help=self.token_help,
                ended=router.session_end,
            )
            dialog.submitted.connect(window.tokens_submitted)
            dialog.sign_out_wanted.connect(window.sign_out_wanted)
            dialog.rejected.connect(window.commands.forget_start)
            return dialog

        dialog = self._shown(SignInDialog, make)
        if refused_again:
            dialog.show_refused()
        return dialog

    def settings(self, settings: Settings, fixed: Mapping[str, Fixed] = MappingProxyType({})) -> SettingsDialog:
        """Show the settings. `fixed` maps settings that cannot be changed to what fixes them."""
        from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog  # noqa: PLC0415 - loaded when asked for

        def make() -> SettingsDialog:
            dialog = SettingsDialog(self._theme, self._window, settings, fixed)
            dialog.saved.connect(self._window.settings_saved)
            return dialog

        return self._shown(SettingsDialog, make)

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

        def make() -> LeaveDialog:
            dialog = LeaveDialog(self._theme, self._window, self._engine)
            dialog.background_wanted.connect(self._window.background_wanted)
            dialog.stop_wanted.connect(self._window.exit_requested)
            return dialog

        return self._shown(LeaveDialog, make)

    def cancel_all(self) -> CancelDialog:
        """Ask whether to cancel everything unfinished."""
        from uploader_gui.gui.dialogs.question_dialog import CancelDialog  # noqa: PLC0415 - loaded when asked for

        def make() -> CancelDialog:
            dialog = CancelDialog(self._theme, self._window, self._window.model)
            dialog.accepted.connect(self._engine.cancel_all)
            return dialog

        return self._shown(CancelDialog, make)

    def refused(self) -> RefusedDialog | None:
        """Ask what to do about refused files that can be converted; None where there are none."""
        from uploader_gui.gui.dialogs.refused_dialog import RefusedDialog, refused_uploads  # noqa: PLC0415 - as above

        model = self._window.model

        def make() -> RefusedDialog:
            dialog = RefusedDialog(self._theme, self._window, model, self._engine)
            dialog.remembered.connect(self._window.choices_remembered)
            return dialog

        return self._shown(RefusedDialog, make) if any(refused_uploads(model).values()) else None

    def send_to(self, uploads: Sequence[UploadSnapshot]) -> SendToDialog:
        """Ask which other anomaly files are to go to."""
        from uploader_gui.gui.dialogs.send_to_dialog import SendToDialog  # noqa: PLC0415 - loaded when asked for

        window = self._window
        return self._shown(
            SendToDialog, lambda: SendToDialog(self._theme, window, uploads, self._engine, window.header.field)
        )

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
        """Show in the guide what became of the log, the diagnostics or the report."""
        if self._guide is not None:
            self._guide.show_news(news)

    def _forget_guide(self) -> None:
        self._guide = None
