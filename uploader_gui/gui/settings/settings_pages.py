"""The pages of the settings: connection, sending, program.

`fields` of each page maps a setting's name to the widgets that show it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from uploader_gui.config import fault_of
from uploader_gui.engine.addresses import check_base
from uploader_gui.engine.errors import UrlRefused
from uploader_gui.gui.dialogs.form import Form, chosen, row_of
from uploader_gui.gui.settings.connection_panel import ConnectionPanel
from uploader_gui.gui.style.widgets import file_dialog, tip
from uploader_gui.i18n import N_, NC_, _
from uploader_gui.settings import LONGEST_DEPOSITOR, PROXY_ADDRESS, limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.settings import Settings

_PROXY_EXAMPLE: Final = "http://proxy.example:3128"
_FIELD_HEIGHT: Final = 34
_FIGURE_WIDTH: Final = 180
_UNITS: Final = {"Mo": N_("Megabytes (as documented)"), "bytes": N_("Bytes")}
_LANGUAGES: Final = {"system": N_("The system’s"), "fr": N_("Français"), "en": N_("English")}
_THEMES: Final = {
    "system": N_("As in the system"),
    "light": N_("Light"),
    "dark": N_("Dark"),
}
_AT_ONCE: Final = {"no": N_("No"), "yes": N_("Yes")}
_FOR_OTHERS: Final = {"ask": N_("Ask"), "zip": N_("Send in a ZIP")}
_FOR_PICTURES: Final = {"ask": N_("Ask"), "convert": N_("Convert to JPEG"), "zip": N_("Send in a ZIP")}
_PROXIES: Final = {
    "system": NC_("proxy", "The system’s"),
    "none": N_("None"),
    "address": N_("This address:"),
}


class ConnectionPage(Form):
    """Server, proxy, certificate authority, and the test of all three. `is_valid`: they can be saved."""

    changed = Signal()

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__(theme)
        self.address = QLineEdit(settings.api_url)
        self.address.setAcceptDrops(False)
        self.proxies = self.choices(_PROXIES)
        self.proxies[settings.proxy if settings.proxy in _PROXIES else "address"].setChecked(True)
        self.proxy = QLineEdit("" if settings.proxy in _PROXIES else settings.proxy)
        self.proxy.setAcceptDrops(False)
        self.proxy.setPlaceholderText(_PROXY_EXAMPLE)
        self.authority = AuthorityField(theme, str(settings.ca_file or ""))
        self.panel = ConnectionPanel(theme)
        self._build()
        self._connect()
        self._validate()

    @property
    def values(self) -> dict[str, Any]:
        """Return what the fields hold, by the names of `Settings`."""
        kind, path = chosen(self.proxies), self.authority.path
        return {
            "api_url": self.address.text().strip().rstrip("/"),
            "proxy": self.proxy.text().strip() if kind == "address" else kind,
            "ca_file": Path(path) if path else None,
        }

    @property
    def is_valid(self) -> bool:
        """Whether all values that a person can change here are valid."""
        return all(valid or not one.isEnabledTo(self) for one, valid in self._validity())

    @property
    def fields(self) -> dict[str, list[QWidget]]:
        """The widgets that show each setting, by its name."""
        return {
            "api_url": [self.address],
            "proxy": [_row(self.proxies), self.proxy],
            "ca_file": [self.authority],
        }

    def _build(self) -> None:
        self.add_field(N_("Server address"), self.address)
        self.wrong = self.add_sentence(
            N_("The address begins with https:// (http:// only for this computer)."), "warning"
        )
        self.add_field(N_("Proxy"), row_of(self.proxies.values()))
        self.proxy.setFont(self.theme.font(14))
        self.translate(self.proxy.setAccessibleName, N_("Address of the proxy"))
        self.column.addWidget(self.proxy)
        self.wrong_proxy = self.add_sentence(
            N_("The proxy’s address begins with http:// and ends with its port."), "warning"
        )
        self.add_field(N_("Further certificate authority (your IT department tells)"), self.authority)
        self.wrong_authority = self.add_sentence(N_("This file holds no certificate that can be used."), "warning")
        self.column.addWidget(self.panel)
        self.column.addStretch()

    def _connect(self) -> None:
        self.address.textChanged.connect(self._validate)
        self.proxy.textChanged.connect(self._validate)
        for choice in self.proxies.values():
            choice.toggled.connect(self._validate)
        self.authority.changed.connect(self._validate)
        self.panel.grown.connect(self.changed)

    def _validate(self) -> None:
        by_hand = self.proxies["address"].isChecked()
        self.proxy.setVisible(by_hand)
        self.wrong.setVisible(not self._is_address_valid())
        self.wrong_proxy.setVisible(bool(self.proxy.text()) and not self._is_proxy_valid())
        self.wrong_authority.setVisible(not self.authority.is_valid)
        self.panel.set_possible(self.is_valid)
        self.changed.emit()

    def _validity(self) -> tuple[tuple[QWidget, bool], ...]:
        authority = self.authority
        return (
            (self.address, self._is_address_valid()),
            (self.proxy, self._is_proxy_valid()),
            (authority, authority.is_valid),
        )

    def _is_address_valid(self) -> bool:
        return is_usable_address(self.address.text().strip())

    def _is_proxy_valid(self) -> bool:
        by_hand = self.proxies["address"].isChecked()
        return not by_hand or re.fullmatch(PROXY_ADDRESS, self.proxy.text().strip()) is not None


class AuthorityField(QWidget):
    """The file of an additional certificate authority, chosen in the system's dialog; "" for none."""

    changed = Signal()

    def __init__(self, theme: Theme, path: str) -> None:
        super().__init__()
        self._form = Form(theme)  # sets the texts and follows the language
        self._form.setParent(self)
        self._form.hide()
        self.path = path
        self.shown = QLineEdit(path)
        self.shown.setReadOnly(True)
        self.shown.setAcceptDrops(False)
        self.choose = self._form.button(N_("Choose…"), "plain")
        self.remove = self._form.button(N_("Remove"), "plain")
        self._form.translate(self.shown.setPlaceholderText, N_("None chosen"))
        self._form.translate(
            self.shown.setAccessibleName, N_("Further certificate authority (your IT department tells)")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.shown, 1)
        row.addWidget(self.choose)
        row.addWidget(self.remove)
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


class SendingPage(Form):
    """Files at once, speed limit, units, and files of refused types."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__(theme)
        self.at_once = _whole_number("max_concurrent_uploads", settings)
        self.bandwidth = QDoubleSpinBox()
        self.bandwidth.setRange(*limits("bandwidth_limit"))
        self.bandwidth.setDecimals(1)
        self.bandwidth.setSingleStep(0.5)
        self.bandwidth.setValue(settings.bandwidth_limit)
        self.units = self.choices(_UNITS)
        self.units[settings.size_unit].setChecked(True)
        for field in (self.at_once, self.bandwidth):
            field.setMinimumHeight(theme.px(_FIELD_HEIGHT))
            field.setMaximumWidth(theme.px(_FIGURE_WIDTH))
        self.when_dropped = self.choices(_AT_ONCE)
        self.when_dropped[settings.send_when_dropped].setChecked(True)
        self.add_field(N_("Send as soon as files are dropped"), row_of(self.when_dropped.values()))
        self.add_field(N_("Files sent at once"), self.at_once)
        self.add_field(N_("Speed limit for all files together"), self.bandwidth)
        self.translate(self.bandwidth.setSpecialValueText, N_("No limit"))
        self.translate(lambda unit: self.bandwidth.setSuffix(f"\u00a0{unit}"), N_("MB/s"))
        self.add_field(N_("Sizes are registered in"), row_of(self.units.values()))
        self.add_sentence(N_("Change this only if the register shows wrong sizes."))
        self.pictures = self.choices(_FOR_PICTURES)
        self.pictures[settings.refused_pictures].setChecked(True)
        self.others = self.choices(_FOR_OTHERS)
        self.others[settings.refused_others].setChecked(True)
        self.add_field(N_("Photos the register refuses (HEIC, WebP, TIFF, BMP)"), row_of(self.pictures.values()))
        self.add_field(N_("Other files it refuses (videos, PowerPoint…)"), row_of(self.others.values()))
        self.column.addStretch()

    @property
    def fields(self) -> dict[str, list[QWidget]]:
        """The widgets that show each setting, by its name."""
        return {
            "send_when_dropped": [_row(self.when_dropped)],
            "max_concurrent_uploads": [self.at_once],
            "bandwidth_limit": [self.bandwidth],
            "size_unit": [_row(self.units)],
            "refused_pictures": [_row(self.pictures)],
            "refused_others": [_row(self.others)],
        }

    @property
    def values(self) -> dict[str, Any]:
        """Return what the fields hold, by the names of `Settings`."""
        return {
            "send_when_dropped": chosen(self.when_dropped),
            "max_concurrent_uploads": self.at_once.value(),
            "bandwidth_limit": round(self.bandwidth.value(), 1),
            "size_unit": chosen(self.units),
            "refused_pictures": chosen(self.pictures),
            "refused_others": chosen(self.others),
        }


class ProgramPage(Form):
    """Language, colours, how long History keeps deposits, and who makes them."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__(theme)
        self.languages = self.choices(_LANGUAGES)
        self.languages[settings.language].setChecked(True)
        self.themes = self.choices(_THEMES)
        self.themes[settings.theme].setChecked(True)
        self.add_field(N_("Language"), row_of(self.languages.values()))
        self.history_days = _whole_number("history_days", settings)
        self.history_days.setMinimumHeight(theme.px(_FIELD_HEIGHT))
        self.history_days.setMaximumWidth(theme.px(_FIGURE_WIDTH))
        self.add_field(N_("Appearance"), row_of(self.themes.values()))
        self.add_field(N_("Finished deposits stay in History for"), self.history_days)
        self.translate(lambda unit: self.history_days.setSuffix(f"\u00a0{unit}"), N_("days"))
        self.depositor = QLineEdit(settings.depositor)
        self.depositor.setMaxLength(LONGEST_DEPOSITOR)
        self.depositor.setAcceptDrops(False)
        self.add_field(N_("Depositor, printed on receipts"), self.depositor)
        self.translate(self.depositor.setPlaceholderText, N_("Nobody is named"))
        self.column.addStretch()

    @property
    def fields(self) -> dict[str, list[QWidget]]:
        """The widgets that show each setting, by its name."""
        return {
            "language": [_row(self.languages)],
            "theme": [_row(self.themes)],
            "history_days": [self.history_days],
            "depositor": [self.depositor],
        }

    @property
    def values(self) -> dict[str, Any]:
        """Return what the fields hold, by the names of `Settings`."""
        return {
            "language": chosen(self.languages),
            "theme": chosen(self.themes),
            "history_days": self.history_days.value(),
            "depositor": " ".join(self.depositor.text().split()),
        }


def _whole_number(name: str, settings: Settings) -> QSpinBox:
    field = QSpinBox()
    field.setRange(*map(int, limits(name)))
    field.setValue(getattr(settings, name))
    return field


def _row(choices: Mapping[str, QPushButton]) -> QWidget:
    """Return the row that holds these buttons."""
    row = next(iter(choices.values())).parentWidget()
    assert row is not None
    return row


def is_usable_address(address: str) -> bool:
    """Return whether tokens may go there: https, or http to this very machine; no user info, query or fragment."""
    try:
        check_base(address)
    except UrlRefused:
        return False
    return True
