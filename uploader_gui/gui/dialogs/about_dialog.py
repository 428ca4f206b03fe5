"""The About dialog: the version, the components and their licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from uploader_gui import __version__
from uploader_gui.components import OURS, components, licences_folder
from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label
from uploader_gui.words.about import Words

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.gui.style.theme import Theme

_HEIGHT: Final = 260


class AboutDialog(PlainDialog):
    """Shows version, components and licences."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Words.TITLE, theme, parent)
        self._licences_folder: Path | None = licences_folder()
        self.parts = QTreeWidget()
        self.parts.setRootIsDecorated(False)
        self.parts.setUniformRowHeights(True)
        self.parts.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.parts.setFixedHeight(theme.px(_HEIGHT))
        self.licences = self.button(Words.LICENCES, "plain")
        self.close_button = self.button(Words.CLOSE, "primary")
        self._build()
        self.licences.clicked.connect(self._show_licences)
        self.close_button.clicked.connect(self.accept)
        self.setMinimumWidth(theme.px(560))

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        super().retranslate()
        self.parts.setHeaderLabels([Words.COMPONENT.text, Words.VERSION.text, Words.LICENCE.text])

    def _build(self) -> None:
        self.column.addWidget(label(f"{OURS} {__version__}", self.theme, 16, QFont.Weight.DemiBold))
        self.add_sentence(Words.WHAT_FOR)
        self.add_sentence(Words.OURS)
        self.add_field(Words.MADE_OF, self.parts)
        self.parts.setFont(self.theme.font(12))
        for part in components():
            QTreeWidgetItem(self.parts, [part.name, part.version, part.licence]).setToolTip(2, part.licence)
        self.parts.setHeaderLabels([Words.COMPONENT.text, Words.VERSION.text, Words.LICENCE.text])
        columns = self.parts.header()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setStretchLastSection(True)
        self.parts.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.licences.setVisible(self._licences_folder is not None)
        self.add_buttons(self.licences, self.close_button)
        self.close_button.setFocus()

    def _show_licences(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._licences_folder)))
