"""The settings: server address, unit of sizes, files at once. The composition root saves what `saved` carries."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from uploader_gui.gui.dialogs import PlainDialog
from uploader_gui.gui.widgets import push_button
from uploader_gui.text import Words

if TYPE_CHECKING:
    from uploader_gui.gui.theme import Theme

MOST_AT_ONCE: Final = 16
_UNITS: Final = {"Mo": Words.UNIT_MO, "bytes": Words.UNIT_BYTES}


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """What the dialog changes: `size_unit` is `Mo` or `bytes`, `max_concurrent_uploads` 1 to 16."""

    api_url: str
    size_unit: str = "Mo"
    max_concurrent_uploads: int = 6


class SettingsDialog(PlainDialog):
    """Shows values and gives changed ones; Save is grey while the address cannot be used."""

    saved = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget, values: SettingsValues) -> None:
        super().__init__(Words.SETTINGS.text, theme, parent)
        self.address = QLineEdit(values.api_url)
        self.address.setAcceptDrops(False)
        self.units = {unit: _choice(words.text, theme) for unit, words in _UNITS.items()}
        self.units[values.size_unit].setChecked(True)
        self.at_once = QSpinBox(minimum=1, maximum=MOST_AT_ONCE, value=values.max_concurrent_uploads)
        self.at_once.setMinimumHeight(theme.px(34))
        self.save = push_button(Words.SAVE.text, "primary", theme)
        self.cancel = push_button(Words.CANCEL.text, "plain", theme)
        self._build()
        self.address.textChanged.connect(self._judge)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.reject)
        self._judge()

    @property
    def values(self) -> SettingsValues:
        """Give what stands in the fields."""
        return SettingsValues(self.address.text().strip().rstrip("/"), self._size_unit(), self.at_once.value())

    def _build(self) -> None:
        self.add_title(Words.SETTINGS.text)
        self.add_field(Words.SERVER.text, self.address)
        self.wrong = self.add_sentence(Words.SERVER_INVALID.text, "warning")
        self.add_field(Words.SIZE_UNIT.text, self._choices())
        self.add_field(Words.AT_ONCE.text, self.at_once)
        self.add_buttons(self.cancel, self.save)

    def _choices(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        group = QButtonGroup(row)
        for choice in self.units.values():
            group.addButton(choice)
            line.addWidget(choice)
        line.addStretch()
        return row

    def _size_unit(self) -> str:
        return next(unit for unit, choice in self.units.items() if choice.isChecked())

    def _judge(self) -> None:
        fine = is_usable_address(self.address.text().strip())
        self.wrong.setVisible(not fine)
        self.save.setEnabled(fine)
        self.fit()

    def _save(self) -> None:
        self.saved.emit(self.values)
        self.accept()


def _choice(text: str, theme: Theme) -> QPushButton:
    choice = push_button(text, "choice", theme)
    choice.setCheckable(True)
    return choice


def is_usable_address(address: str) -> bool:
    """Tell whether tokens may go there: https, or http to this very machine; no user info, query or fragment."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    if not host or parts.username is not None or parts.query or parts.fragment or " " in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
