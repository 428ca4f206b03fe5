"""The card of an empty list: a picture, a sentence, two buttons, and links to a trial with samples and to the guide.

While dropped files wait for the anomaly's number it says so: an unchanged card would look like a lost drop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from uploader_gui.gui.drop.drop_target import dashed
from uploader_gui.gui.style.widgets import IconLabel, announce, label, push_button
from uploader_gui.i18n import _, ngettext

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from uploader_gui.gui.drop.mime import EntryCounts
    from uploader_gui.gui.style.theme import Theme

_PICTURE: Final = 86


class EmptyState(QWidget):
    """Asks for files. The drop target is the whole window, not this card."""

    add_files_wanted = Signal()
    add_folder_wanted = Signal()
    samples_wanted = Signal()
    guide_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._kept: EntryCounts | None = None
        self._anomaly_id = ""
        self.add_files = push_button("", "primary", theme)
        self.add_folder = push_button("", "plain", theme)
        self.samples = push_button("", "link", theme)
        self.guide = push_button("", "link", theme)
        self.picture = IconLabel("drop", "accent", _PICTURE, theme)
        self.title = self._sentence(22, "text")
        self.types = self._sentence(13, "muted")
        self.add_files.clicked.connect(self.add_files_wanted)
        self.add_folder.clicked.connect(self.add_folder_wanted)
        self.samples.clicked.connect(self.samples_wanted)
        self.guide.clicked.connect(self.guide_wanted)
        self._build()
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self._set_texts()
        self.add_files.setText(_("Add files…"))
        self.add_folder.setText(_("Add folder…"))
        self.samples.setText(_("Try it with sample files"))
        self.guide.setText(_("User guide"))

    def show_kept(self, kept: EntryCounts | None, anomaly_id: str) -> None:
        """Show how many kept files wait, and for what: a number, or the confirmation of the number."""
        before = self.title.text()
        self._kept, self._anomaly_id = kept, anomaly_id
        self._set_texts()
        if kept is not None and self.isVisible() and self.title.text() != before:
            announce(self.title, self.title.text())

    def _set_texts(self) -> None:
        if self._kept is None:
            self.title.setText(_("Drop photos, reports and e-mails here"))
            self.types.setText(_("JPEG, PNG, PDF, Word, Excel, e-mail, ZIP…  Whole folders too."))
            return
        there = bool(self._anomaly_id)
        add = ngettext(
            "Add {count} file to {number}", "Add {count} files to {number}", self._kept.entries, number=self._anomaly_id
        )
        self.title.setText(add if there else self._kept.wait())
        self.types.setText(
            _("If the number is right, press Enter or the button above.")
            if there
            else _("Type the anomaly’s number above, then press Enter.")
        )

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.addStretch()
        column.addWidget(self.picture)
        column.addSpacing(18)
        column.addWidget(self.title)
        column.addSpacing(2)
        column.addWidget(self.types)
        column.addSpacing(18)
        column.addLayout(_row(self.add_files, self.add_folder))
        column.addSpacing(12)
        column.addLayout(_row(self.samples, self.guide))
        column.addStretch()

    def _sentence(self, size: int, kind: str) -> QLabel:
        weight = QFont.Weight.DemiBold if kind == "text" else QFont.Weight.Normal
        made = label("", self._theme, size, weight)
        made.setProperty("kind", kind)
        made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        made.setWordWrap(True)
        return made

    def minimumSizeHint(self) -> QSize:
        """Room for texts and buttons; the picture is optional."""
        whole = super().minimumSizeHint()
        return whole - QSize(0, _PICTURE) if self.picture.isVisibleTo(self) else whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the picture where there is room for it."""
        super().resizeEvent(event)
        self.picture.setVisible(self.height() >= self.minimumSizeHint().height() + _PICTURE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card with its dashed edge."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(dashed(self._theme.colors.outline))
        painter.setBrush(QColor(self._theme.colors.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.end()


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addStretch()
    for button in buttons:
        row.addWidget(button)
    row.addStretch()
    return row
