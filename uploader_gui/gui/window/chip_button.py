"""A filter with its live count, as a pill. Used by `filter_bar.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton

from uploader_gui.words import units

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from uploader_gui.gui.style.theme import Theme


class ChipButton(QAbstractButton):
    """A filter with its live count: painted, for the count has a colour of its own."""

    def __init__(self, text: str, alert: str, theme: Theme) -> None:
        """`alert` names the count's colour when it is above zero, empty for none."""
        super().__init__()
        self._theme = theme
        self._alert = alert
        self._count = 0
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._name()
        theme.changed.connect(self.updateGeometry)

    def show_count(self, count: int) -> bool:
        """Show how many rows the filter would leave; tell whether the chip's width changed."""
        if count == self._count:
            return False
        before, self._count = self.sizeHint().width(), count
        self._name()
        self.update()
        if self.sizeHint().width() == before:
            return False
        self.updateGeometry()
        return True

    def rename(self, text: str) -> None:
        """Say the filter and its count in the language in use."""
        self.setText(text)
        self._name()
        self.updateGeometry()

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}, {units.number(self._count)}")

    @property
    def count(self) -> int:
        """Give the count shown."""
        return self._count

    def _parts(self) -> tuple[QFont, QFont, int, int]:
        # Measured bold, so that choosing a filter moves no other.
        bold = self._theme.font(13, QFont.Weight.DemiBold)
        small = self._theme.font(12, QFont.Weight.Medium)
        count = QFontMetrics(small).horizontalAdvance(units.number(self._count))
        return bold, small, QFontMetrics(bold).horizontalAdvance(self.text()), count

    def sizeHint(self) -> QSize:
        """Give room for text and count."""
        bold, _, text, count = self._parts()
        height = QFontMetrics(bold).height() + self._theme.px(13)
        return QSize(text + count + self._theme.px(30), height)

    def _count_color(self) -> str:
        if self._alert and self._count:
            return str(getattr(self._theme.colors, self._alert))
        return self._theme.colors.accent if self.isChecked() else self._theme.colors.muted

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint pill, text and count."""
        del event
        colors, (bold, small, _, _) = self._theme.colors, self._parts()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = colors.accent_soft if self.isChecked() else colors.line if self.underMouse() else ""
        painter.setPen(QPen(QColor(colors.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        pill = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        text = self.rect().adjusted(self._theme.px(12), 0, 0, 0)
        name = bold if self.isChecked() else self._theme.font(13)
        painter.setFont(name)
        painter.setPen(QColor(colors.accent if self.isChecked() else colors.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(small)
        painter.setPen(QColor(self._count_color()))
        count = text.adjusted(QFontMetrics(name).horizontalAdvance(self.text()) + self._theme.px(6), 0, 0, 0)
        painter.drawText(count, Qt.AlignmentFlag.AlignVCenter, units.number(self._count))
        painter.end()
