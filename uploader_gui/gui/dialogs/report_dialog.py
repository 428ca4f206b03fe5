"""The question before a report for support is saved: what is in it, whether file names may be, and where it goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog

from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import file_dialog
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.style.theme import Theme


class ReportDialog(PlainDialog):
    """`report_wanted(Path, bool)` asks for a report in that file, with the names of files or without."""

    report_wanted = Signal(object, bool)
    guide_page = "failures"

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(N_("Report for support"), theme, parent)
        self.names = QCheckBox()
        self.names.setFont(theme.font(13))
        self.save = self.text_button(N_("Save the report…"), "primary")
        self.cancel = self.text_button(N_("Cancel"), "plain")
        self.add_title(N_("Report for support"))
        self.add_sentence(
            N_(
                "One ZIP file with the log, versions, settings, a test of the connection and the state of each file on "
                "the list. It holds no tokens, passwords or upload links. You can open it before you send it."
            )
        )
        self.translate(self.names.setText, N_("With the names of my files"))
        self.column.addSpacing(8)
        self.column.addWidget(self.names)
        self.add_buttons(self.cancel, self.save)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.choose_place)

    def choose_place(self) -> QFileDialog:
        """Ask where to save it; the dialog closes once that is known."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = file_dialog(self, _("Report for support"), documents)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["ZIP (*.zip)"])
        dialog.setDefaultSuffix("zip")
        today = QDate.currentDate().toString(Qt.DateFormat.ISODate)
        dialog.selectFile(f"uploader-gui-{today}.zip")
        dialog.fileSelected.connect(self._chosen)
        dialog.open()
        return dialog

    def _chosen(self, name: str) -> None:
        self.report_wanted.emit(Path(name), self.names.isChecked())
        self.accept()
