"""“Test connection” in the settings: the button, the findings line by line, and the thread behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine.connection_test.findings import Verdict
from uploader_gui.engine.connection_test.thread import ConnectionThread
from uploader_gui.gui.style.widgets import IconLabel, label, push_button
from uploader_gui.words.settings import SettingsWords, told

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from uploader_gui.engine.connection_test.findings import Finding, Question
    from uploader_gui.engine.connection_test.thread import NetworkSettings
    from uploader_gui.gui.style.theme import Theme


_STYLES: Final = {
    Verdict.GOOD: ("check", "ok", SettingsWords.WORKS),
    Verdict.NOTE: ("info", "accent", SettingsWords.TO_KNOW),
    Verdict.UNKNOWN: ("unknown", "muted", SettingsWords.UNTOLD),
    Verdict.BAD: ("failed", "danger", SettingsWords.WRONG),
}
"""Verdict -> symbol, its colour, and the word that a screen reader reads instead."""


class ConnectionPanel(QWidget):
    """`test_wanted` and `stop_wanted` are requests; `grown`: the panel needs another height."""

    test_wanted = Signal()
    stop_wanted = Signal()
    grown = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._testing = False
        self._lines: list[tuple[Finding, QLabel]] = []
        self.button = push_button("", "plain", theme)
        self.busy = label("", theme, 12)
        self.busy.setProperty("kind", "muted")
        self._findings = QWidget()
        self._column = QVBoxLayout(self._findings)
        self._build()
        self.button.clicked.connect(self._press)
        self._set_texts()

    @property
    def texts(self) -> list[str]:
        """The lines shown."""
        return [line.text() for _, line in self._lines]

    @property
    def is_testing(self) -> bool:
        """Whether a test is running."""
        return self._testing

    def show_finding(self, finding: Finding) -> None:
        """Add a finding's line."""
        icon, color, _ = _STYLES[finding.verdict]
        text = label("", self._theme, 13)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        side = self._theme.px(16)
        symbol = IconLabel(icon, color, side, self._theme)
        symbol.setFixedWidth(side)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        self._column.addLayout(row)
        self._lines.append((finding, text))
        self._set_line_text(finding, text)
        self.grown.emit()

    def show_end(self) -> None:
        """Show that the test has ended."""
        self._testing = False
        self._set_texts()

    def set_possible(self, possible: bool) -> None:  # noqa: FBT001 - a setter, as Qt's are
        """Enable the button, or disable it while a field is invalid."""
        self.button.setEnabled(possible or self._testing)

    # Inside

    def _build(self) -> None:
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.button)
        top.addWidget(self.busy, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._findings)

    def _press(self) -> None:
        if self._testing:
            self.stop_wanted.emit()
            self.show_end()
            return
        self._forget()
        self._testing = True
        self._set_texts()
        self.test_wanted.emit()

    def _forget(self) -> None:
        self._lines.clear()
        while (row := self._column.takeAt(0)) is not None:
            layout = row.layout()
            while layout is not None and (item := layout.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
        self.grown.emit()

    def _set_texts(self) -> None:
        self.button.setText((SettingsWords.STOP_TEST if self._testing else SettingsWords.TEST).text)
        self.busy.setText(SettingsWords.TESTING.text if self._testing else "")
        self._findings.setAccessibleName(SettingsWords.TEST_RESULTS.text)
        for finding, text in self._lines:
            self._set_line_text(finding, text)

    def _set_line_text(self, finding: Finding, text: QLabel) -> None:
        text.setText(told(finding))
        text.setAccessibleName(f"{_STYLES[finding.verdict][2].text}: {text.text()}")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._set_texts()


class ConnectionTester(QObject):
    """Runs one test at a time; findings of a stopped test are ignored."""

    found = Signal(object)
    ended = Signal()
    _found_in_thread = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._thread: ConnectionThread | None = None
        self._found_in_thread.connect(self._pass_on)

    def start(self, question: Question, network: NetworkSettings) -> None:
        """Stop a running test and start a new one."""
        self.stop()
        number = self._number
        self._thread = ConnectionThread(
            question,
            network,
            tell=lambda finding: self._found_in_thread.emit(number, finding),
            done=lambda: self._found_in_thread.emit(number, None),
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop the test, if one is running."""
        self._number += 1
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def _pass_on(self, number: int, finding: Finding | None) -> None:
        if number != self._number:
            return
        if finding is None:
            self._thread = None
            self.ended.emit()
        else:
            self.found.emit(finding)
