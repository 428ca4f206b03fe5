"""What the environment fixes is shown grey in the settings, with the variable's name, and never keeps Save grey."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.settings import HEADLESS_ONLY, OF_OPERATOR, Fixed, Settings

NAMES = sorted(Settings.model_fields.keys() - HEADLESS_ONLY - OF_OPERATOR)
VALUES = Settings(api_url="https://a.example", proxy="http://proxy.example:3128", theme="dark", history_days=30)


def fields_of(dialog: SettingsDialog) -> dict[str, list[QWidget]]:
    return {**dialog.connection.fields, **dialog.sending.fields, **dialog.program.fields}


def told(dialog: SettingsDialog) -> list[str]:
    return [one.text() for one in dialog.findChildren(QLabel) if "environment variable" in one.text()]


def test_the_dialog_knows_where_each_setting_is_shown(window: MainWindow) -> None:
    assert set(fields_of(window.dialogs.settings(VALUES))) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_fixed_setting_is_grey_and_says_by_which_variable(window: MainWindow, name: str) -> None:
    variable = f"UPLOADER_{name.upper()}"
    dialog = window.dialogs.settings(VALUES, {name: Fixed(variable)})
    assert told(dialog) == [f"Fixed by the environment variable {variable}"]
    for other, shown in fields_of(dialog).items():
        assert [one.isEnabledTo(dialog) for one in shown] == [other != name] * len(shown)
        assert all(variable in one.accessibleDescription() for one in shown if other == name)
    assert dialog.values == VALUES
    assert dialog.save.isEnabled()


def test_a_setting_fixed_for_the_machine_is_grey_and_says_where(window: MainWindow) -> None:
    dialog = window.dialogs.settings(VALUES, {"proxy": Fixed("/etc/uploader-gui/settings.json", machine=True)})
    words = "Fixed for this computer by your IT department (/etc/uploader-gui/settings.json)"
    assert words in [one.text() for one in dialog.findChildren(QLabel)]
    assert not any(one.isEnabledTo(dialog) for one in dialog.connection.fields["proxy"])


def test_without_such_variables_everything_can_be_changed(window: MainWindow) -> None:
    dialog = window.dialogs.settings(VALUES)
    assert told(dialog) == []
    assert all(one.isEnabledTo(dialog) for shown in fields_of(dialog).values() for one in shown)


def test_a_wrong_value_that_cannot_be_changed_here_does_not_keep_the_others_from_being_saved(
    window: MainWindow,
) -> None:
    wrong = VALUES.model_copy(
        update={"api_url": "http://a.example", "proxy": "proxy:80", "ca_file": Path("/nowhere/ca.pem")}
    )
    fixed = {name: Fixed(f"UPLOADER_{name.upper()}") for name in ("api_url", "proxy", "ca_file")}
    dialog = window.dialogs.settings(wrong, fixed)
    assert dialog.save.isEnabled()
    dialog.reject()
    assert not window.dialogs.settings(wrong, {"proxy": Fixed("UPLOADER_PROXY")}).save.isEnabled()
