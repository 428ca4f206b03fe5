"""A window with its preferences, over an engine by hand and a register that is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import Window
from tests.program.at_once import AtOnce
from tests.program.preferring import Engine
from tests.support.strict_api import StrictApi
from uploader_gui.command_line import LaunchOptions
from uploader_gui.config import Config
from uploader_gui.credentials import Credentials
from uploader_gui.gui.style.theme import Theme
from uploader_gui.logs import RedactingFormatter
from uploader_gui.paths import DataPaths
from uploader_gui.platform.application import Language
from uploader_gui.settings import Settings
from uploader_gui.window_app.preferences import Preferences


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, Qt.ColorScheme.Light, settle_seconds=0)  # a test's clicks follow at once
    yield made
    made.force(Qt.ColorScheme.Light)


@pytest.fixture
def window(engine: Engine, theme: Theme, qtbot: QtBot) -> Window:
    made = Window(engine, theme, anomaly_id="4217")
    qtbot.addWidget(made, before_close_func=lambda one: one.hide())
    made.show()
    return made


@pytest.fixture
def data(tmp_path: Path) -> DataPaths:
    return DataPaths(tmp_path)


@pytest.fixture
def tasks() -> Any:
    return AtOnce()


@pytest.fixture
def preferences(  # noqa: PLR0917 - everything it is put together from
    window: Window, engine: Engine, theme: Theme, data: DataPaths, strict_api: StrictApi, qapp: QApplication, tasks: Any
) -> Iterator[Preferences]:
    language = Language(qapp)
    bridge: Any = engine
    launch = LaunchOptions(again=True, report=data.folder / "receipt.json")
    made = Preferences(window, bridge, theme=theme, language=language, tasks=tasks, launch=launch)
    chosen = Settings(api_url=strict_api.url, language="en")
    made.use(Config(data, chosen, Credentials(chosen.api_url), strict_api.tokens, RedactingFormatter(), window=True))
    yield made
    language.use("en")
