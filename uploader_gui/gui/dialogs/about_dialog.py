"""The About dialog: the version, the components and their licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from uploader_gui import PROGRAM
from uploader_gui.diagnostics import components, licences_folder
from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.gui.style.theme import Theme

_HEIGHT: Final = 260


class AboutDialog(PlainDialog):
    """Shows version, components and licences."""

    scrolls = True

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(N_("About uploader-gui"), theme, parent)
        self._licences_folder: Path | None = licences_folder()
        self.parts = QTreeWidget()
        self.parts.setRootIsDecorated(False)
        self.parts.setUniformRowHeights(True)
        self.parts.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.parts.setFixedHeight(theme.px(_HEIGHT))
        self.licences = self.text_button(N_("Show the licences"), "plain")
        self.close_button = self.text_button(N_("Close"), "primary")
        self._build()
        self.licences.clicked.connect(self._show_licences)
        self.close_button.clicked.connect(self.accept)
        self.widen(560)

    def _name_columns(self) -> None:
        self.parts.setHeaderLabels([_("Component"), _("Version"), _("Licence")])

    def _build(self) -> None:
        name = label(self.theme, 16, QFont.Weight.DemiBold)
        name.setText(PROGRAM)
        self.column.addWidget(name)
        self.add_sentence(N_("Attaches photos, reports and e-mails to an anomaly of a digital safety register."))
        self.add_sentence(
            N_(
                "Free software under the MIT licence. Qt is used under the LGPL version 3, as separate "
                "libraries that may be replaced."
            )
        )
        self.add_field(N_("What it is made of"), self.parts)
        self.parts.setFont(self.theme.font(12))
        for part in components():
            QTreeWidgetItem(self.parts, [part.name, part.version, part.licence]).setToolTip(2, part.licence)
        self.follow_language(self._name_columns)
        columns = self.parts.header()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setStretchLastSection(True)
        self.parts.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add_buttons(self.licences, self.close_button)
        self.licences.setVisible(self._licences_folder is not None)
        self.close_button.setFocus()

    def _show_licences(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._licences_folder)))
