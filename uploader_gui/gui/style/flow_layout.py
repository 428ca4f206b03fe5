"""A layout that goes on in the next line like words do. Used by `filter_bar.py` and History."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem


class FlowLayout(QLayout):
    """Lays widgets out like words: on a narrow window or with large text they go on in the next line."""

    def __init__(self, gap: int) -> None:
        super().__init__()
        self._gap = gap
        self._entries: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def _place(self, area: QRect, *, really: bool) -> int:
        """Give the height needed; move the widgets if `really`."""
        x, y, line = area.x(), area.y(), 0
        for entry in self._shown():
            size = entry.sizeHint()
            if x > area.x() and x + size.width() > area.right() + 1:
                x, y, line = area.x(), y + line + self._gap, 0
            if really:
                entry.setGeometry(QRect(QPoint(x, y), size))
            x, line = x + size.width() + self._gap, max(line, size.height())
        return y + line - area.y()

    def _shown(self) -> list[QLayoutItem]:
        """Leave out what was hidden; what was never shown yet will be."""
        explicit = Qt.WidgetAttribute.WA_WState_ExplicitShowHide
        widgets = ((entry, entry.widget()) for entry in self._entries)
        return [entry for entry, one in widgets if one is None or not (one.isHidden() and one.testAttribute(explicit))]

    def one_line_width(self) -> int:
        """Give the width at which everything stands in one line."""
        return sum(entry.sizeHint().width() + self._gap for entry in self._shown()) - self._gap

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 -- Qt's name
        """Take a widget's layout item."""
        self._entries.append(item)

    def count(self) -> int:
        """Count the widgets."""
        return len(self._entries)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 -- Qt's name; Qt asks past the end and expects null
        """Give one, or nothing past the end."""
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 -- Qt's name; Qt asks past the end and expects null
        """Give one away."""
        return self._entries.pop(index) if 0 <= index < len(self._entries) else None

    def hasHeightForWidth(self) -> bool:  # noqa: N802 -- Qt's name
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 -- Qt's name
        """Give the height at a width."""
        return self._place(QRect(0, 0, width, 0), really=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 -- Qt's name
        """Move the widgets."""
        super().setGeometry(rect)
        self._place(rect, really=True)

    def sizeHint(self) -> QSize:
        """One line if there is room."""
        return QSize(self.one_line_width(), self.heightForWidth(self.one_line_width()))

    def minimumSize(self) -> QSize:  # noqa: N802 -- Qt's name
        """At least the widest widget."""
        sizes = [entry.sizeHint() for entry in self._shown()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))
