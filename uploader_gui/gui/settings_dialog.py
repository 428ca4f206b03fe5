"""The settings: server, unit of sizes, files at once, language. The composition root saves what `saved` carries."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from uploader_gui.gui.dialogs import PlainDialog
from uploader_gui.text import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uploader_gui.gui.theme import Theme

MOST_AT_ONCE: Final = 16
_UNITS: Final = {"Mo": Words.UNIT_MO, "bytes": Words.UNIT_BYTES}
_LANGUAGES: Final = {"system": Words.LANGUAGE_SYSTEM, "fr": Words.LANGUAGE_FRENCH, "en": Words.LANGUAGE_ENGLISH}


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """What the dialog changes: `size_unit` is `Mo` or `bytes`, `max_concurrent_uploads` 1 to 16.

    `language` is `system`, `fr` or `en`.
    """

    api_url: str
    size_unit: str = "Mo"
    max_concurrent_uploads: int = 6
    language: str = "system"


class SettingsDialog(PlainDialog):
    """Shows values and gives changed ones; Save is grey while the address cannot be used."""

    saved = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget, values: SettingsValues) -> None:
        super().__init__(Words.SETTINGS, theme, parent)
        self.address = QLineEdit(values.api_url)
        self.address.setAcceptDrops(False)
        self.units = {unit: self._choice(words) for unit, words in _UNITS.items()}
        self.units[values.size_unit].setChecked(True)
        self.languages = {language: self._choice(words) for language, words in _LANGUAGES.items()}
        self.languages[values.language].setChecked(True)
        self.at_once = QSpinBox(minimum=1, maximum=MOST_AT_ONCE, value=values.max_concurrent_uploads)
        self.at_once.setMinimumHeight(theme.px(34))
        self.save = self.button(Words.SAVE, "primary")
        self.cancel = self.button(Words.CANCEL, "plain")
        self._build()
        self.address.textChanged.connect(self._judge)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.reject)
        self._judge()

    @property
    def values(self) -> SettingsValues:
        """Give what stands in the fields."""
        return SettingsValues(
            self.address.text().strip().rstrip("/"),
            _chosen(self.units),
            self.at_once.value(),
            _chosen(self.languages),
        )

    def _build(self) -> None:
        self.add_title(Words.SETTINGS)
        self.add_field(Words.SERVER, self.address)
        self.wrong = self.add_sentence(Words.SERVER_INVALID, "warning")
        self.add_field(Words.SIZE_UNIT, _row(self.units.values()))
        self.add_field(Words.AT_ONCE, self.at_once)
        self.add_field(Words.LANGUAGE, _row(self.languages.values()))
        self.add_buttons(self.cancel, self.save)

    def _choice(self, words: Words) -> QPushButton:
        choice = self.button(words, "choice")
        choice.setCheckable(True)
        return choice

    def _judge(self) -> None:
        fine = is_usable_address(self.address.text().strip())
        self.wrong.setVisible(not fine)
        self.save.setEnabled(fine)
        self.fit()

    def _save(self) -> None:
        self.saved.emit(self.values)
        self.accept()


def _row(choices: Iterable[QPushButton]) -> QWidget:
    """One of them is chosen."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    group = QButtonGroup(row)
    for choice in choices:
        group.addButton(choice)
        line.addWidget(choice)
    line.addStretch()
    return row


def _chosen(choices: Mapping[str, QPushButton]) -> str:
    return next(value for value, choice in choices.items() if choice.isChecked())


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
