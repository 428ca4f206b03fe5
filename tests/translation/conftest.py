"""A language in force for one test, and the catalogue as its translators see it."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from uploader_gui.platform.application import Language

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OFFSCREEN = r"This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN, extend=True))


def _script() -> Any:
    spec = importlib.util.spec_from_file_location("update_translations", ROOT / "packaging" / "update_translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


UPDATING = _script()


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence and its French, one form or two where it has a count."""

    context: str | None
    sources: tuple[str, ...]
    forms: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.context}: {self.sources[0]}" if self.context else self.sources[0]


def messages() -> list[Message]:
    forms = UPDATING.forms_of
    return [Message(one.context, forms(one.id), forms(one.string)) for one in UPDATING.read_french() if one.id]


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
    language.use("fr")
    return language
