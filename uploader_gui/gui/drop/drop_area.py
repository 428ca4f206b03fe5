"""The dashed card of an empty list, which asks for files.

The drop target is the whole window (`drop_target.py`). While dropped files wait for the anomaly's number the card says
so: an unchanged card would look like a lost drop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.gui.style.widgets import IconLabel, Translated, announce, arranged, label
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from uploader_gui.gui.drop.add_files import EntryCounts
    from uploader_gui.gui.style.theme import Theme

PICTURE_SIDE: Final = 86


class EmptyState(QWidget, Translated):
    """Asks for files: a picture, a sentence, two buttons, and links to a trial with samples and to the guide."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._kept: EntryCounts | None = None
        self._anomaly_id = ""
        self.add_files = self.text_button(N_("Add files…"), "primary")
        self.add_folder = self.text_button(N_("Add folder…"), "plain")
        self.samples = self.text_button(N_("Try it with sample files"), "link")
        self.guide = self.text_button(N_("User guide"), "link")
        self.picture = IconLabel("drop", "accent", PICTURE_SIDE, theme)
        self.title = label(theme, 22, QFont.Weight.DemiBold, kind="text", wraps=True)
        self.types = label(theme, 13, kind="muted", wraps=True)
        for sentence in (self.title, self.types):
            sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        buttons = arranged(QHBoxLayout(), None, self.add_files, self.add_folder, None, spacing=12)
        self._links = QWidget()
        arranged(QHBoxLayout(self._links), None, self.samples, self.guide, None, spacing=12)
        texts = (self.picture, 18, self.title, 2, self.types, 18)
        arranged(QVBoxLayout(self), None, *texts, buttons, 12, self._links, None, margins=(24, 16, 24, 16))
        self.follow_language(self._set_texts)

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
        self.title.setText(self._kept.add_to(self._anomaly_id) if there else self._kept.wait())
        self.types.setText(
            _("If the number is right, press Enter or the button above.")
            if there
            else _("Type the anomaly’s number above, then press Enter.")
        )

    def minimumSizeHint(self) -> QSize:
        """Room for texts, in as many lines as they need, and buttons; picture and links are optional."""
        layout = self.layout()
        assert layout is not None
        whole = super().minimumSizeHint()
        height = layout.totalMinimumHeightForWidth(max(self.width(), whole.width()))
        optional = ((self.picture, PICTURE_SIDE), (self._links, self._links.sizeHint().height()))
        return QSize(whole.width(), height - sum(room for part, room in optional if part.isVisibleTo(self)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the links and the picture where there is room for them."""
        super().resizeEvent(event)
        rest = self.height() - self.minimumSizeHint().height()
        links = self._links.sizeHint().height()
        self._links.setVisible(rest >= links)
        self.picture.setVisible(rest >= links + PICTURE_SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card with its dashed edge."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(dashed(self.theme.colors.outline))
        painter.setBrush(QColor(self.theme.colors.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.end()


def dashed(color: str) -> QPen:
    """Return the pen for the dashed line around a drop target."""
    pen = QPen(QColor(color), 2, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([5, 3])
    return pen
