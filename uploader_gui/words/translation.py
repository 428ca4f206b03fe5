"""Translations and number forms of Qt; plain English where Qt is not loaded, so that headless needs no library."""

from __future__ import annotations

import re
import sys
from enum import Enum, StrEnum
from typing import Any


def translate(context: str, source: str, count: int | None = None) -> str:
    """Return the sentence in the language in use; a count takes the place of %Ln and chooses the plural."""
    if (qt := _qt_core()) is not None:
        return str(qt.QCoreApplication.translate(context, source, None, -1 if count is None else count))
    return source if count is None else source.replace("%Ln", localized(count))


def localized(value: float, decimals: int = 0) -> str:
    """Return a number in the language's form."""
    if (qt := _qt_core()) is not None:
        return str(qt.QLocale().toString(float(value), "f", decimals))
    return f"{value:,.{decimals}f}"


def _qt_core() -> Any:
    """Return QtCore if it is loaded: an English terminal does not need it, and it costs a third of the start."""
    return sys.modules.get("PySide6.QtCore")


def QT_TRANSLATE_NOOP(_context: str, source: str, _comment: None = None, _count: int = 0) -> str:  # noqa: N802 -- the name `pyside6-lupdate` looks for; Qt's own is typed `object` and takes no count
    """Mark a literal for translation and return it unchanged; a literal count of 1 marks a plural."""
    return source


class Sentence(StrEnum):
    """Base of enumerations of sentences without a count; the value is the English source."""

    @property
    def context(self) -> str:
        """Name the group of the translation file, the first argument of the mark."""
        return "uploader"

    @property
    def text(self) -> str:
        """Return the sentence in the language in use."""
        return translate(self.context, self.value)

    def filled(self, *values: str) -> str:
        """Return the sentence with values in its places %1, %2 …."""
        return filled(self.text, values)


class CountedSentence(Enum):
    """Base of enumerations of sentences with a count: what English says for one, and the source for any (`%Ln`).

    English needs no translation file this way; other languages bring their own plural forms. The literal 1
    is what makes `pyside6-lupdate` write a plural entry.
    """

    @property
    def context(self) -> str:
        """Name the group of the translation file, the first argument of the mark."""
        return "uploader"

    def text(self, count: int, *values: str) -> str:
        """Return the sentence for that count, with values in its places %1, %2 …."""
        one, many = self.value
        told = translate(self.context, many, count)
        if count == 1 and told == many.replace("%Ln", localized(1)):
            told = one
        return filled(told, values)


def filled(sentence: str, values: tuple[str, ...]) -> str:
    """Put values in the places %1, %2 …, all at once: a value may itself contain a percent sign."""
    return re.sub(r"%([1-9])", lambda place: values[int(place[1]) - 1], sentence)
