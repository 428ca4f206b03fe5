"""What the tests of preferences share: an engine that notes all it is asked, and what is shown, kept and in force."""

import json
from typing import Any

from tests.gui.fake_engine import FakeEngine, Window
from uploader_gui.config import Config
from uploader_gui.engine.options import EngineOptions
from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog
from uploader_gui.paths import DataPaths
from uploader_gui.settings import Settings
from uploader_gui.window_app.preferences import Preferences


class Engine(FakeEngine):
    """Also what the composition root asks of the bridge."""

    held = 0

    def adjust(self, options: EngineOptions) -> None:
        adjusted = (options.max_concurrent, options.bandwidth_limit, options.depositor, options.choices)
        self.calls.append(("adjust", adjusted))

    def sign_in(self, bearer: str, session: str, *, entered: bool = True) -> None:
        self.calls.append(("sign_in" if entered else "found", (bearer, session)))

    def sign_out(self) -> None:
        self.calls.append(("sign_out", None))

    def hold(self) -> None:
        self.held += 1

    def release(self) -> None:
        self.held -= 1

    def replace(self, options: Any, listed: Any) -> None:
        self.calls.append(("replace", options))


def shown(window: Window) -> SettingsDialog:
    window.settings_wanted.emit()
    dialog = window.findChildren(SettingsDialog)[-1]
    assert isinstance(dialog, SettingsDialog)
    return dialog


def in_force(preferences: Preferences) -> Config:
    assert preferences.configuration is not None
    return preferences.configuration


def saved(data: DataPaths) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(data.settings.read_text("utf-8"))
    return values


def values_of(dialog: SettingsDialog, **others: Any) -> Settings:
    return dialog.values.model_copy(update=others)
