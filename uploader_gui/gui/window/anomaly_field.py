"""The field for the anomaly's number: validates while typing, offers recent numbers, takes a pasted address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication, QCompleter, QLineEdit

from uploader_gui.anomaly_links import anomaly_in
from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.gui.style.widgets import TypedLine, one_shot, set_look
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from uploader_gui.gui.style.theme import Theme


class AnomalyField(TypedLine):
    """Holds a valid number or none. `page`: the operator's form of the address of an anomaly's page, "" for none."""

    anomaly_changed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._known = False
        self.page = ""
        CalmCaret(self)
        self.setAcceptDrops(False)  # otherwise it would insert dropped files as text
        self._check = self.addAction(
            theme.icons.icon("check", theme.colors.ok, 18), QLineEdit.ActionPosition.TrailingPosition
        )
        self._recent = QStringListModel(self)
        self._chooser = self.addAction(
            theme.icons.icon("down", theme.colors.muted, 16), QLineEdit.ActionPosition.TrailingPosition
        )
        self._chooser.triggered.connect(self._show_recent)
        self._set_completer()
        self.offer([])
        self.textChanged.connect(self._validate)
        theme.changed.connect(self._follow_theme)
        self._follow_theme()
        self.retranslate()

    @property
    def anomaly_id(self) -> str:
        """The number without surrounding spaces, "" while it is not valid."""
        typed = self.text().strip()
        return typed if ANOMALY_ID.fullmatch(typed) else ""

    @property
    def is_wrong(self) -> bool:
        """Whether the text is not empty and not a valid number."""
        return bool(self.text().strip()) and not self.anomaly_id

    @property
    def recent(self) -> list[str]:
        """The recent numbers that are offered."""
        return self._recent.stringList()

    def show_known(self, *, known: bool) -> None:
        """Show by the check mark's colour whether the register knows the number, or it is only well formed."""
        self._known = known
        self._check.setToolTip(_("The register knows this anomaly.") if known else _("Valid format"))
        self._color_check()

    def offer(self, anomalies: Sequence[str]) -> None:
        """Offer these recent numbers while typing, and by the arrow or the Down key."""
        self._recent.setStringList(anomalies)
        self._chooser.setVisible(bool(anomalies))

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self.setPlaceholderText(_("Anomaly number, e.g. 4217"))
        self.setAccessibleName(_("Anomaly"))
        self.show_known(known=self._known)
        self._chooser.setToolTip(_("Anomalies used last"))
        self._validate()
        self._fit_width()

    def _set_completer(self) -> None:
        """Offer completions in a popup, never inline: evidence must not go to another anomaly."""
        completer = QCompleter(self._recent, self)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(8)
        self.setCompleter(completer)

    def _show_recent(self) -> None:
        self.completer().setCompletionPrefix("")
        self.completer().complete()

    def _validate(self) -> None:
        self._check.setVisible(bool(self.anomaly_id))
        set_look(self, "valid", "false" if self.is_wrong else "true")
        sentence = (
            N_("Use letters without accents, digits, - or _ (64 at most).") if self.is_wrong else N_("Valid format")
        )
        self.setAccessibleDescription(_(sentence) if self.text() else "")
        weight = QFont.Weight.DemiBold if self.text() else QFont.Weight.Normal
        self.setFont(self._theme.font(15 if self.text() else 14, weight))
        self.anomaly_changed.emit(self.anomaly_id)

    def _follow_theme(self) -> None:
        self._color_check()
        self._chooser.setIcon(self._theme.icons.icon("down", self._theme.colors.muted, 16))
        if (popup := self.completer().popup()) is not None:
            popup.setFont(self._theme.font(14))
        self._fit_width()

    def _color_check(self) -> None:
        color = self._theme.colors.ok if self._known else self._theme.colors.muted
        self._check.setIcon(self._theme.icons.icon("check", color, 18))

    def _paste(self) -> None:
        """Take the number alone out of a pasted address or text that names one; paste any other text as it is."""
        text = QGuiApplication.clipboard().text()
        number = "" if ANOMALY_ID.fullmatch(text.strip()) else anomaly_in(text, self.page)
        if number:
            self.setText(number)
        else:
            super()._paste()

    def _fit_width(self) -> None:
        """Make the field wide enough for its placeholder text beside the arrow."""
        words = QFontMetrics(self._theme.font(14)).horizontalAdvance(_("Anomaly number, e.g. 4217"))
        self.setFixedSize(max(self._theme.px(190), words + self._theme.px(64)), self._theme.px(37))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the recent numbers at Down."""
        if event.key() == Qt.Key.Key_Down and self._recent.rowCount():
            self._show_recent()
            return
        super().keyPressEvent(event)


REST_MS: Final = 3000
_INPUT_EVENTS: Final = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.InputMethod})


class CalmCaret(QObject):
    """Stops the caret of one field from blinking after three seconds without input: an idle window never wakes up.

    Other fields blink as the system wants it.
    """

    def __init__(self, field: QLineEdit, *, rest_ms: int = REST_MS) -> None:
        super().__init__(field)
        self._system_flash_ms = QApplication.cursorFlashTime()
        self._rest_timer = one_shot(self, rest_ms, lambda: QApplication.setCursorFlashTime(0))
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Blink on focus and input, and stop later; restore the system's setting when the focus leaves."""
        del watched
        if event.type() == QEvent.Type.FocusIn or event.type() in _INPUT_EVENTS:
            self._blink()
            self._rest_timer.start()
        elif event.type() == QEvent.Type.FocusOut:
            self._blink()
            self._rest_timer.stop()
        return False

    def _blink(self) -> None:
        if QApplication.cursorFlashTime() != self._system_flash_ms:
            QApplication.setCursorFlashTime(self._system_flash_ms)
