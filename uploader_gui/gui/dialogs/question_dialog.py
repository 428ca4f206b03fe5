"""Questions before something is taken away: all that is unfinished (Cancel all), or a deposit (Forget this deposit)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.i18n import N_, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from uploader_gui.engine.models import PastRun
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.upload_model import UploadModel


class QuestionDialog(PlainDialog):
    """`accepted` means yes; Enter and Esc mean no. `ask` returns the question in the current language."""

    has_help: ClassVar[bool] = False

    def __init__(
        self, theme: Theme, parent: QWidget, ask: Callable[[], str], *sentences: str, yes: str, no: str
    ) -> None:
        super().__init__(yes, theme, parent)
        self._ask = ask
        self.question = self.add_question(ask())
        for sentence in sentences:
            self.add_sentence(sentence)
        self.confirm = self.text_button(yes, "plain")
        self.keep = self.text_button(no, "primary")
        self.add_buttons(*([self.help_button()] if self.has_help else []), self.confirm, self.keep)
        self.confirm.clicked.connect(self.accept)
        self.keep.clicked.connect(self.reject)
        self.keep.setFocus()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self.question.setText(self._ask())
        super().retranslate()


class CancelDialog(QuestionDialog):
    """The question before everything unfinished is cancelled. It closes by itself when nothing is left to cancel."""

    def __init__(self, theme: Theme, parent: QWidget, model: UploadModel) -> None:
        super().__init__(
            theme,
            parent,
            lambda: ngettext(
                "Cancel the file that has not been sent yet?",
                "Cancel the {count} files that have not been sent yet?",
                model.counts().pending,
            ),
            N_("What has arrived stays stored. What is cancelled stays on the list and can be tried again."),
            yes=N_("Cancel all"),
            no=N_("Keep sending"),
        )
        self._model = model
        model.counts_changed.connect(self._follow)

    def _follow(self) -> None:
        """Update the question: while it is open, files are sent."""
        self.question.setText(self._ask())
        if not self._model.counts().pending:
            self.reject()


class ForgetDialog(QuestionDialog):
    """The question before a deposit is forgotten."""

    guide_page = "history"
    has_help = True

    def __init__(self, theme: Theme, parent: QWidget, run: PastRun) -> None:
        from uploader_gui.gui.receipts.receipt_words import day_and_time  # noqa: PLC0415 - not wanted for Cancel all

        super().__init__(
            theme,
            parent,
            lambda: ngettext(
                "Forget the deposit of {day} for anomaly {number} ({count} file)?",
                "Forget the deposit of {day} for anomaly {number} ({count} files)?",
                run.files,
                day=day_and_time(run.started_at),
                number=run.key.anomaly_id,
            ),
            N_("It leaves History, with its receipt, and the list of the window. Nothing changes in the register."),
            N_("This computer will no longer recognise its files: dropped again, they are attached a second time."),
            yes=N_("Forget this deposit"),
            no=N_("Keep it"),
        )
