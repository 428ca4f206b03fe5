"""A language in force for one test, and the translation file as its translators see it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale

from uploader_gui.words.language import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).parent.parent.parent
FRENCH_TS = ROOT / "resources" / "translations" / "uploader_fr.ts"
OFFSCREEN = r"This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN, extend=True))


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence and its translation, one form or as many as the language has plurals."""

    context: str
    source: str
    forms: tuple[str, ...]
    counted: bool
    mark: str


def messages() -> list[Message]:
    return [
        Message(
            context.findtext("name", ""),
            one.findtext("source", ""),
            _forms(one.find("translation")),
            one.get("numerus") == "yes",
            _mark(one.find("translation")),
        )
        for context in ET.parse(FRENCH_TS).iter("context")  # noqa: S314 - our own file
        for one in context.iter("message")
    ]


def _forms(translation: ET.Element | None) -> tuple[str, ...]:
    assert translation is not None
    plurals = tuple(form.text or "" for form in translation.iter("numerusform"))
    return plurals or (translation.text or "",)


def _mark(translation: ET.Element | None) -> str:
    assert translation is not None
    return translation.get("type", "")


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    """Speak whatever the test asks for, and English again afterwards."""
    before = QLocale()
    made = Language(qapp)
    made.use("en")
    yield made
    made.use("en")
    qapp.processEvents()
    QLocale.setDefault(before)


@pytest.fixture
def french(language: Language) -> Language:
    """Speak French."""
    language.use("fr")
    return language
