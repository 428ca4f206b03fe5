"""The settings dialog with its pages: connection, sending, program.

The composition root saves the values and runs the connection test.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.config import fault_of
from uploader_gui.engine.addresses import check_base
from uploader_gui.engine.errors import UrlRefused
from uploader_gui.gui.dialogs.connection_panel import ConnectionPanel
from uploader_gui.gui.dialogs.form import FormParts, PlainDialog, scrolling, show_frame
from uploader_gui.gui.style.widgets import Translated, arranged, file_dialog, tip
from uploader_gui.i18n import N_, NC_, _, ngettext, number
from uploader_gui.proxies import is_address, with_scheme
from uploader_gui.settings import LONGEST_DEPOSITOR, PROXY_ADDRESS, PROXY_EXAMPLE, limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from uploader_gui.gui.dialogs.form import Choice
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.settings import Fixed, Settings

F = TypeVar("F", QSpinBox, QDoubleSpinBox)

_WIDTH: Final = 560
_HIGHEST_SHARE: Final = 0.65
"""Of the screen's height, for the pages; beyond it they scroll."""
_FIELD_HEIGHT: Final = 34
_FIGURE_WIDTH: Final = 180
_DARKER: Final = 140
"""How much darker than the window Qt's style paints a frame, in percent."""
_UNITS: Final = {"Mo": N_("Megabytes (as documented)"), "bytes": N_("Bytes")}
_LANGUAGES: Final = {"system": N_("The system’s"), "fr": N_("Français"), "en": N_("English")}
_THEMES: Final = {"system": N_("As in the system"), "light": N_("Light"), "dark": N_("Dark")}
_AT_ONCE: Final = {"no": N_("No"), "yes": N_("Yes")}
_FOR_OTHERS: Final = {"ask": N_("Ask"), "zip": N_("Send in a ZIP")}
_FOR_PICTURES: Final = {"ask": N_("Ask"), "convert": N_("Convert to JPEG"), "zip": N_("Send in a ZIP")}
_PROXIES: Final = {"system": NC_("proxy", "The system’s"), "none": N_("None"), "address": N_("This address:")}


class SettingsDialog(PlainDialog):
    """Edits the settings; Save is disabled while a value is invalid.

    `fixed` maps settings that cannot be changed here to what fixes them.
    `test_wanted(Settings)` asks for a connection test with the fields' values, `test_stopped` for its end.
    """

    test_wanted = Signal(object)
    test_stopped = Signal()
    guide_page = "settings"

    def __init__(self, theme: Theme, window: MainWindow, settings: Settings, fixed: Mapping[str, Fixed]) -> None:
        super().__init__(N_("Settings"), theme, window)
        self._window = window
        self._settings = settings
        self.widen(_WIDTH)
        self.connection = ConnectionPage(theme, settings)
        self.sending = SendingPage(theme, settings)
        self.program = ProgramPage(theme, settings)
        self._all = (self.connection, self.sending, self.program)
        self.pages = QTabWidget()
        self.save = self.text_button(N_("Save"), "primary")
        self.cancel = self.text_button(N_("Cancel"), "plain")
        self._build()
        self._disable_fixed(fixed)
        self._connect()
        self._validate()

    @property
    def values(self) -> Settings:
        """Return the settings it was opened with, and what the fields hold now."""
        return self._settings.model_copy(
            update={name: read() for page in self._all for name, read in page.read.items()}
        )

    def show_history_days(self) -> None:
        """Show the page with how long History remembers, and begin there."""
        self.pages.setCurrentIndex(self.pages.count() - 1)
        self.program.history_days.setFocus()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        for page in (*self._all, self.connection.authority, self.connection.panel):
            page.retranslate()
        super().retranslate()

    def fit(self) -> None:
        """Resize to the highest page, if the screen is high enough."""
        self.pages.setMinimumHeight(self._pages_height())
        super().fit()

    def _build(self) -> None:
        self.add_title(N_("Settings"))
        for title, page in zip((N_("Connection"), NC_("tab", "Sending"), N_("Program")), self._all, strict=True):
            area = scrolling(page)
            area.verticalScrollBar().rangeChanged.connect(partial(self._follow_findings, area))
            self.translate(partial(self.pages.setTabText, self.pages.addTab(area, "")), title)
        self.pages.tabBar().setFont(self.theme.font(13))
        self.pages.tabBar().setDrawBase(False)
        self.column.addWidget(self.pages, 1)
        self.add_buttons(self.help_button(), self.cancel, self.save)

    def _disable_fixed(self, fixed: Mapping[str, Fixed]) -> None:
        for page in self._all:
            for name in page.fields.keys() & fixed.keys():
                words = (
                    N_("Fixed for this computer by your IT department ({name})")
                    if fixed[name].machine
                    else N_("Fixed by the environment variable {name}")
                )
                page.fix(page.fields[name], words, fixed[name].by)

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
        heights = [max(page.heightForWidth(width), page.minimumSizeHint().height()) for page in self._all]
        needed = max(heights) + self.pages.tabBar().sizeHint().height() + 2
        return min(needed, int(self.screen().availableGeometry().height() * _HIGHEST_SHARE))

    def _validate(self) -> None:
        self.save.setEnabled(self.connection.is_valid)
        self.fit()

    def _save(self) -> None:
        self._window.settings_saved.emit(self.values)
        self.accept()


class _Page(QWidget, FormParts):
    """A page. By a setting's name: `fields`, the widgets that show it, and `read`, which returns its value."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.column = arranged(QVBoxLayout(self), spacing=8, margins=(0, 8, 6, 8))
        self.fields: dict[str, list[QWidget]] = {}
        self.read: dict[str, Callable[[], Any]] = {}

    def add_setting(self, name: str, caption: str, field: QWidget, read: Callable[[], Any]) -> None:
        """Add the field of a setting."""
        self.add_field(caption, field)
        self.fields[name], self.read[name] = [field], read

    def add_choice(self, name: str, caption: str, words: Mapping[str, str], settings: Settings) -> Choice:
        """Add a button for each value of a setting."""
        choice = self.choice(words, getattr(settings, name))
        self.add_setting(name, caption, choice, lambda: choice.value)
        return choice

    def add_figure(self, name: str, caption: str, field: F, settings: Settings) -> F:
        """Add the field of a setting that is a figure."""
        field.setRange(*map(int, limits(name)))
        field.setValue(getattr(settings, name))
        field.setMinimumHeight(self.theme.px(_FIELD_HEIGHT))
        field.setMaximumWidth(self.theme.px(_FIGURE_WIDTH))
        show_frame(field, QColor(self.theme.colors.outline).lighter(_DARKER))
        self.add_setting(name, caption, field, field.value)
        return field


class ConnectionPage(_Page):
    """Server, proxy, certificate authority, and the test of all three. `is_valid`: they can be saved."""

    changed = Signal()

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__(theme)
        self.address = _line(settings.api_url)
        self.proxies = self.choice(_PROXIES, settings.proxy if settings.proxy in _PROXIES else "address")
        self.proxy = _line("" if settings.proxy in _PROXIES else settings.proxy)
        self.proxy.setPlaceholderText(PROXY_EXAMPLE)
        self.authority = AuthorityField(theme, str(settings.ca_file or ""))
        self.panel = ConnectionPanel(theme)
        self._build()
        for changed in (self.address.textChanged, self.proxy.textChanged, self.proxies.changed, self.authority.changed):
            changed.connect(self._validate)
        self.panel.grown.connect(self.changed)
        self._validate()

    @property
    def is_valid(self) -> bool:
        """Whether all values that a person can change here are valid."""
        validity = (
            (self.address, self._is_address_valid()),
            (self.proxy, self._is_proxy_valid()),
            (self.authority, self.authority.is_valid),
        )
        return all(valid or not one.isEnabledTo(self) for one, valid in validity)

    def _build(self) -> None:
        self.add_setting("api_url", N_("Server address"), self.address, lambda: self.address.text().strip().rstrip("/"))
        self.wrong = self.add_sentence(
            N_("The address begins with https:// (http:// only for this computer)."), "warning"
        )
        self.add_setting("proxy", N_("Proxy"), self.proxies, self._read_proxy)
        self.fields["proxy"].append(self.proxy)
        self.proxy.setFont(self.theme.font(14))
        self.translate(self.proxy.setAccessibleName, N_("Address of the proxy"))
        self.column.addWidget(self.proxy)
        self.wrong_proxy = self.add_sentence(
            N_("The proxy’s address begins with http:// and ends with its port."), "warning"
        )
        self.add_setting(
            "ca_file",
            N_("Further certificate authority (your IT department tells)"),
            self.authority,
            lambda: Path(self.authority.path) if self.authority.path else None,
        )
        self.wrong_authority = self.add_sentence(N_("This file holds no certificate that can be used."), "warning")
        self.column.addWidget(self.panel)
        self.column.addStretch()

    def _read_proxy(self) -> str:
        kind = self.proxies.value
        return self.proxy.text().strip() if kind == "address" else kind

    def _validate(self) -> None:
        self.proxy.setVisible(self.proxies.value == "address")
        self.wrong.setVisible(not self._is_address_valid())
        self.wrong_proxy.setVisible(bool(self.proxy.text()) and not self._is_proxy_valid())
        self.wrong_authority.setVisible(not self.authority.is_valid)
        self.panel.set_possible(self.is_valid)
        self.changed.emit()

    def _is_address_valid(self) -> bool:
        """Return whether tokens may go there: https, or http to this computer; no user info, query or fragment."""
        try:
            check_base(self.address.text().strip())
        except UrlRefused:
            return False
        return True

    def _is_proxy_valid(self) -> bool:
        proxy = self.proxy.text().strip()
        return self.proxies.value != "address" or (
            re.fullmatch(PROXY_ADDRESS, proxy) is not None and is_address(with_scheme(proxy))
        )


class AuthorityField(QWidget, Translated):
    """The file of an additional certificate authority, chosen in the system's dialog; "" for none."""

    changed = Signal()

    def __init__(self, theme: Theme, path: str) -> None:
        super().__init__()
        self.theme = theme
        self.shown = _line("")
        self.shown.setReadOnly(True)
        self.choose = self.text_button(N_("Choose…"), "plain")
        self.remove = self.text_button(N_("Remove"), "plain")
        self.translate(self.shown.setPlaceholderText, N_("None chosen"))
        self.translate(self.shown.setAccessibleName, N_("Further certificate authority (your IT department tells)"))
        arranged(QHBoxLayout(self), (self.shown, 1), self.choose, self.remove)
        self.setFocusProxy(self.choose)
        self.choose.clicked.connect(self._choose)
        self.remove.clicked.connect(lambda: self.use_file(""))
        self.use_file(path)

    def use_file(self, path: str) -> None:
        """Show this file, "" for none, and check it."""
        self.path = path
        self.shown.setText(path)
        self.shown.setToolTip(tip(path))
        self.remove.setVisible(bool(path))
        self.is_valid = not path or fault_of(Path(path)) is None
        self.changed.emit()

    def _choose(self) -> None:
        dialog = file_dialog(self, _("Choose…"))
        dialog.setNameFilter(_("Certificates (*.pem *.crt *.cer)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.use_file)
        dialog.open()


class SendingPage(_Page):
    """Files at once, speed limit, units, and files of refused types."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__(theme)
        self.add_choice("send_when_dropped", N_("Send as soon as files are dropped"), _AT_ONCE, settings)
        self.at_once = self.add_figure("max_concurrent_uploads", N_("Files sent at once"), QSpinBox(), settings)
        self.bandwidth = QDoubleSpinBox()
        self.bandwidth.setDecimals(1)
        self.bandwidth.setSingleStep(0.5)
        self.add_figure("bandwidth_limit", N_("Speed limit for all files together"), self.bandwidth, settings)
        self.read["bandwidth_limit"] = lambda: round(self.bandwidth.value(), 1)
        self.translate(self.bandwidth.setSpecialValueText, N_("No limit"))
        self.translate(lambda unit: self.bandwidth.setSuffix(f"\u00a0{unit}"), N_("MB/s"))
        self.units = self.add_choice("size_unit", N_("Sizes are registered in"), _UNITS, settings)
        self.add_sentence(N_("Change this only if the register shows wrong sizes."))
        photos = N_("Photos the register refuses (HEIC, WebP, TIFF, BMP)")
        self.add_choice("refused_pictures", photos, _FOR_PICTURES, settings)
        self.add_choice("refused_others", N_("Other files it refuses (videos, PowerPoint…)"), _FOR_OTHERS, settings)
        self.column.addStretch()


class ProgramPage(_Page):
    """Language, colours, how long History keeps deposits, and who makes them."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__(theme)
        self.languages = self.add_choice("language", N_("Language"), _LANGUAGES, settings)
        self.themes = self.add_choice("theme", N_("Appearance"), _THEMES, settings)
        days = N_("Finished deposits stay in History for")
        self.history_days = self.add_figure("history_days", days, QSpinBox(), settings)
        self.history_days.valueChanged.connect(self._show_unit)
        self.follow_language(self._show_unit)
        self.depositor = _line(settings.depositor)
        self.depositor.setMaxLength(LONGEST_DEPOSITOR)
        self.add_setting(
            "depositor",
            N_("Depositor, printed on receipts"),
            self.depositor,
            lambda: " ".join(self.depositor.text().split()),
        )
        self.translate(self.depositor.setPlaceholderText, N_("Nobody is named"))
        self.column.addStretch()

    def _show_unit(self) -> None:
        days = self.history_days.value()
        self.history_days.setSuffix(ngettext("{count} day", "{count} days", days).removeprefix(number(days)))


def _line(text: str) -> QLineEdit:
    field = QLineEdit(text)
    field.setAcceptDrops(False)
    return field
