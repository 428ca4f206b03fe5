"""The settings dialog with its three pages. The composition root saves the values and runs the connection test."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from uploader_gui.gui.dialogs.form import PlainDialog, scrolling
from uploader_gui.gui.settings.settings_pages import ConnectionPage, ProgramPage, SendingPage
from uploader_gui.i18n import N_, NC_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.settings import Fixed, Settings

_WIDTH: Final = 560
_HIGHEST_SHARE: Final = 0.65
"""Of the screen's height, for the pages; beyond it they scroll."""


class SettingsDialog(PlainDialog):
    """Edits the settings; Save is disabled while a value is invalid.

    `fixed` maps settings that cannot be changed here to what fixes them.
    `test_wanted(Settings)` asks for a connection test with the fields' values, `test_stopped` for its end.
    """

    saved = Signal(object)
    test_wanted = Signal(object)
    test_stopped = Signal()
    guide_page = "settings"

    def __init__(
        self, theme: Theme, parent: QWidget, settings: Settings, fixed: Mapping[str, Fixed] = MappingProxyType({})
    ) -> None:
        super().__init__(N_("Settings"), theme, parent)
        self._settings = settings
        self.widen(_WIDTH)
        self.connection = ConnectionPage(theme, settings)
        self.sending = SendingPage(theme, settings)
        self.program = ProgramPage(theme, settings)
        self.pages = QTabWidget()
        self.save = self.button(N_("Save"), "primary")
        self.cancel = self.button(N_("Cancel"), "plain")
        self.help = self.help_button()
        self._build()
        self._disable_fixed(fixed)
        self._connect()
        self._validate()

    @property
    def values(self) -> Settings:
        """Return the settings it was opened with, and what the fields hold now."""
        pages = (self.connection, self.sending, self.program)
        return self._settings.model_copy(update={name: value for page in pages for name, value in page.values.items()})

    def show_history_days(self) -> None:
        """Show the page with how long History remembers, and begin there."""
        self.pages.setCurrentIndex(self.pages.count() - 1)
        self.program.history_days.setFocus()

    def fit(self) -> None:
        """Resize to the highest page, if the screen is high enough."""
        self.pages.setMinimumHeight(self._pages_height())
        super().fit()

    def _build(self) -> None:
        self.add_title(N_("Settings"))
        self._add_page(N_("Connection"), self.connection)
        self._add_page(NC_("tab", "Sending"), self.sending)
        self._add_page(N_("Program"), self.program)
        self.pages.tabBar().setFont(self.theme.font(13))
        self.pages.tabBar().setDrawBase(False)
        self.column.addWidget(self.pages, 1)
        self.add_buttons(self.help, self.cancel, self.save)

    def _disable_fixed(self, fixed: Mapping[str, Fixed]) -> None:
        for page in (self.connection, self.sending, self.program):
            for name, fields in page.fields.items():
                if (what := fixed.get(name)) is not None:
                    page.fix(
                        fields,
                        N_("Fixed for this computer by your IT department ({name})")
                        if what.machine
                        else N_("Fixed by the environment variable {name}"),
                        what.by,
                    )

    def _add_page(self, title: str, page: QWidget) -> None:
        area = scrolling(page)
        area.verticalScrollBar().rangeChanged.connect(partial(self._follow_findings, area))
        number = self.pages.addTab(area, "")
        self.translate(lambda text: self.pages.setTabText(number, text), title)

    def _connect(self) -> None:
        self.connection.changed.connect(self._validate)
        panel = self.connection.panel
        panel.test_wanted.connect(lambda: self.test_wanted.emit(self.values))
        panel.stop_wanted.connect(self.test_stopped)
        self.finished.connect(self.test_stopped)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.reject)

    def _follow_findings(self, area: QScrollArea, *_: int) -> None:
        """Resize after a page has grown; during a connection test scroll to its newest line."""
        self.fit()
        if self.connection.panel.is_testing:
            area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())

    def _pages_height(self) -> int:
        margins = self.column.contentsMargins()
        width = max(self.width(), self.minimumWidth()) - margins.left() - margins.right()
        heights = [
            max(page.heightForWidth(width), page.minimumSizeHint().height())
            for page in (self.connection, self.sending, self.program)
        ]
        needed = max(heights) + self.pages.tabBar().sizeHint().height() + 2
        return min(needed, int(self.screen().availableGeometry().height() * _HIGHEST_SHARE))

    def _validate(self) -> None:
        self.save.setEnabled(self.connection.is_valid)
        self.fit()

    def _save(self) -> None:
        self.saved.emit(self.values)
        self.accept()
