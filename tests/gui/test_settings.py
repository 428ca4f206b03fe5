"""The settings: what was chosen is given on, wrong values get a sentence, what is fixed is grey, the test shows."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, Window, found
from tests.support.certificates import CertificateAuthority
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import Fact, Finding, Question, Verdict
from uploader_gui.engine.options import HttpOptions
from uploader_gui.gui.dialogs.connection_panel import ConnectionTester
from uploader_gui.gui.dialogs.form import Choice
from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog
from uploader_gui.settings import HEADLESS_ONLY, OF_OPERATOR, Fixed, Settings

VALUES = Settings(api_url="https://a.example")
PATIENCE = 20_000


@pytest.fixture
def dialog(window: Window) -> SettingsDialog:
    return window.dialogs.settings(VALUES)


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("https://api.example.org/main", True),
        ("https://api.example.org:8443", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000/x", True),
        ("http://[::1]:8000", True),
        ("http://api.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("https://me:secret@example.org", False),
        ("https://example.org/?a=b", False),
        ("https://example.org:port", False),
        ("file:///etc/passwd", False),
        ("ftp://example.org", False),
        ("https://", False),
        ("", False),
    ],
)
def test_tokens_go_only_to_https_or_this_machine(dialog: SettingsDialog, address: str, usable: bool) -> None:  # noqa: FBT001 -- a table
    dialog.connection.address.setText(address)
    assert dialog.save.isEnabled() is usable


def test_unchanged_settings_are_given_back_as_they_were(window: Window, ca: CertificateAuthority) -> None:
    for values in (
        VALUES,
        Settings(
            api_url="https://b.example/main",
            size_unit="bytes",
            max_concurrent_uploads=3,
            language="fr",
            bandwidth_limit=2.5,
            proxy="http://proxy.example:3128",
            ca_file=ca.pem,
            theme="dark",
            offline_limit=7,
        ),
        Settings(api_url="https://b.example", proxy="none", theme="light", history_days=30),
    ):
        dialog = window.dialogs.settings(values)
        assert dialog.values == values
        dialog.reject()


def test_settings_give_what_was_chosen_on_every_page(window: Window, dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.connection.address.setText(" https://b.example/main/ ")
    QTest.mouseClick(dialog.connection.proxies["address"], LEFT)
    QTest.keyClicks(dialog.connection.proxy, "http://proxy.example:3128")
    dialog.pages.setCurrentIndex(1)
    QTest.mouseClick(dialog.sending.units["bytes"], LEFT)
    dialog.sending.at_once.setValue(99)
    dialog.sending.bandwidth.setValue(1.5)
    dialog.pages.setCurrentIndex(2)
    QTest.mouseClick(dialog.program.languages["fr"], LEFT)
    QTest.mouseClick(dialog.program.themes["dark"], LEFT)
    dialog.program.history_days.setValue(1)
    assert dialog.program.history_days.text() == "1 day"
    dialog.program.history_days.setValue(90)
    assert dialog.program.history_days.text() == "90 days"
    QTest.keyClicks(dialog.program.depositor, "A.  Martin ")
    with qtbot.waitSignal(window.settings_saved) as saved:
        QTest.mouseClick(dialog.save, LEFT)
    assert saved.args == [
        Settings(
            api_url="https://b.example/main",
            size_unit="bytes",
            max_concurrent_uploads=16,
            language="fr",
            bandwidth_limit=1.5,
            proxy="http://proxy.example:3128",
            theme="dark",
            history_days=90,
            depositor="A. Martin",
        )
    ]


@pytest.mark.parametrize(
    ("caption", "label", "chosen"),
    [
        ("Send as soon as files are dropped", "Yes", {"send_when_dropped": "yes"}),
        ("Sizes are registered in", "Bytes", {"size_unit": "bytes"}),
        ("Photos the register refuses (HEIC, WebP, TIFF, BMP)", "Convert to JPEG", {"refused_pictures": "convert"}),
        ("Photos the register refuses (HEIC, WebP, TIFF, BMP)", "Send in a ZIP", {"refused_pictures": "zip"}),
        ("Other files it refuses (videos, PowerPoint…)", "Send in a ZIP", {"refused_others": "zip"}),
        ("Proxy", "None", {"proxy": "none"}),
        ("Language", "Français", {"language": "fr"}),
        ("Appearance", "Dark", {"theme": "dark"}),
    ],
)
def test_a_button_chooses_what_it_says(
    dialog: SettingsDialog, caption: str, label: str, chosen: dict[str, str]
) -> None:
    (choice,) = [one for one in dialog.findChildren(Choice) if one.accessibleName() == caption]
    (button,) = [one for one in choice.findChildren(QAbstractButton) if one.text() == label]
    button.click()
    assert dialog.values == VALUES.model_copy(update=chosen)


def test_a_wrong_address_gets_a_sentence_and_neither_save_nor_test(dialog: SettingsDialog) -> None:
    assert not dialog.connection.wrong.isVisible()
    dialog.connection.address.setText("http://a.example")
    assert dialog.connection.wrong.isVisible()
    assert not dialog.save.isEnabled()
    assert not dialog.connection.panel.button.isEnabled()


def test_a_proxy_by_hand_wants_an_address(dialog: SettingsDialog) -> None:
    page = dialog.connection
    assert not page.proxy.isVisible()
    QTest.mouseClick(page.proxies["address"], LEFT)
    assert page.proxy.isVisible()
    assert not dialog.save.isEnabled()
    assert not page.wrong_proxy.isVisible()  # nothing is typed yet
    QTest.keyClicks(page.proxy, "proxy.example")
    assert page.wrong_proxy.isVisible()
    for refused in ("http://proxy.example:99999", "proxy.example:0", "http://[::1", "http://:3128"):
        page.proxy.setText(refused)  # the next start would call the settings damaged
        assert page.wrong_proxy.isVisible()
    page.proxy.setText("http://proxy.example:3128")
    assert not page.wrong_proxy.isVisible()
    assert dialog.save.isEnabled()
    QTest.mouseClick(page.proxies["none"], LEFT)
    assert dialog.values.proxy == "none"


def test_a_certificate_authority_is_chosen_and_removed_and_a_pipe_is_none_that_anybody_waits_for(
    dialog: SettingsDialog, ca: CertificateAuthority, tmp_path: Path
) -> None:
    page = dialog.connection
    assert not page.authority.remove.isVisible()
    QTest.mouseClick(page.authority.choose, LEFT)
    chooser = found(dialog, QFileDialog)
    chooser.fileSelected.emit(str(ca.pem))
    chooser.close()
    assert dialog.values.ca_file == ca.pem
    wrong = tmp_path / "photo.jpg"
    wrong.write_bytes(b"no certificate")
    page.authority.use_file(str(wrong))
    assert page.wrong_authority.isVisible()
    assert not dialog.save.isEnabled()
    QTest.mouseClick(page.authority.remove, LEFT)
    assert dialog.values.ca_file is None
    assert dialog.save.isEnabled()
    os.mkfifo(tmp_path / "pipe")
    dialog.connection.authority.use_file(str(tmp_path / "pipe"))
    assert dialog.connection.wrong_authority.isVisible()
    assert not dialog.save.isEnabled()


def test_a_test_shows_line_by_line_what_works_and_what_does_not(dialog: SettingsDialog, qtbot: QtBot) -> None:
    panel = dialog.connection.panel
    with qtbot.waitSignal(dialog.test_wanted) as wanted:
        QTest.mouseClick(panel.button, LEFT)
    assert (wanted.args, panel.button.text()) == ([VALUES], "Stop the test")
    panel.show_finding(Finding(Fact.NAME_FOUND, Verdict.GOOD, ("a.example",)))
    panel.show_finding(Finding(Fact.NOT_CONNECTED, Verdict.BAD, ("a.example:443",)))
    panel.show_end()
    assert panel.texts[0] == "Server name a.example found."
    assert panel.texts[1].startswith("a.example:443 does not answer.")
    assert panel.button.text() == "Test connection"
    QTest.mouseClick(panel.button, LEFT)
    assert panel.texts == []


def test_what_a_test_found_is_seen_without_scrolling(dialog: SettingsDialog, qtbot: QtBot) -> None:
    panel = dialog.connection.panel
    QTest.mouseClick(panel.button, LEFT)
    for _ in range(6):
        panel.show_finding(Finding(Fact.NAME_FOUND, Verdict.GOOD, ("a.example",)))
    panel.show_end()
    lines = [one for one in panel.findChildren(QLabel) if one.text() == "Server name a.example found."]
    qtbot.waitUntil(lambda: all(not one.visibleRegion().isEmpty() for one in lines), timeout=PATIENCE)
    assert len(lines) == 6


@pytest.mark.parametrize("by", ["button", "closing"])
def test_a_test_can_be_stopped(dialog: SettingsDialog, qtbot: QtBot, by: str) -> None:
    panel = dialog.connection.panel
    QTest.mouseClick(panel.button, LEFT)
    with qtbot.waitSignal(dialog.test_stopped):
        if by == "button":
            QTest.mouseClick(panel.button, LEFT)
        else:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_lines_are_told_to_who_cannot_see_their_symbols(dialog: SettingsDialog) -> None:
    panel = dialog.connection.panel
    words = {Verdict.GOOD: "works", Verdict.NOTE: "good to know", Verdict.BAD: "does not work"}
    words[Verdict.UNKNOWN] = "could not be told"
    for verdict in Verdict:
        panel.show_finding(Finding(Fact.TOKENS_EXPIRED, verdict))
    told = [one.accessibleName() for one in panel.findChildren(QWidget) if one.accessibleName()]
    for verdict in Verdict:
        assert f"{words[verdict]}: Your session has expired. Sign in with new tokens." in told


def test_every_page_can_be_walked_with_the_keyboard(dialog: SettingsDialog) -> None:
    for page in (dialog.connection, dialog.sending, dialog.program):
        for button in page.findChildren(QAbstractButton):
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert dialog.pages.tabBar().focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.fixture
def tester() -> Iterator[ConnectionTester]:
    made = ConnectionTester()
    yield made
    made.stop()


def test_the_tester_finds_out_beside_the_window(tester: ConnectionTester, strict_api: StrictApi, qtbot: QtBot) -> None:
    found: list[Finding] = []
    tester.found.connect(found.append)
    address = strict_api.url
    strict_api.stop()
    with qtbot.waitSignal(tester.ended, timeout=20_000):
        tester.start(Question(address), HttpOptions("uploader-gui 1"))
    assert [finding.fact for finding in found] == [Fact.NAME_FOUND, Fact.NOT_CONNECTED]


def test_a_stopped_tester_says_nothing_more(tester: ConnectionTester, strict_api: StrictApi, qtbot: QtBot) -> None:
    first: list[Finding] = []
    tester.found.connect(first.append)
    address = strict_api.url
    strict_api.stop()
    tester.start(Question("http://user@unanswered.invalid"), HttpOptions("uploader-gui 1"))  # found out at once
    for one in threading.enumerate():  # its words are on their way here when it is stopped
        if one.name == "uploader-connection-test":
            one.join()
    with qtbot.waitSignal(tester.ended, timeout=20_000):
        tester.start(Question(address), HttpOptions("uploader-gui 1"))
    assert [finding.fact for finding in first] == [Fact.NAME_FOUND, Fact.NOT_CONNECTED]


NAMES = sorted(Settings.model_fields.keys() - HEADLESS_ONLY - OF_OPERATOR)
ALL_VALUES = Settings(api_url="https://a.example", proxy="http://proxy.example:3128", theme="dark", history_days=30)


def fields_of(dialog: SettingsDialog) -> dict[str, list[QWidget]]:
    return {**dialog.connection.fields, **dialog.sending.fields, **dialog.program.fields}


def told(dialog: SettingsDialog) -> list[str]:
    return [one.text() for one in dialog.findChildren(QLabel) if "environment variable" in one.text()]


def test_the_dialog_knows_where_each_setting_is_shown_and_all_can_be_changed_without_variables(window: Window) -> None:
    dialog = window.dialogs.settings(ALL_VALUES)
    assert (set(fields_of(dialog)), told(dialog)) == (set(NAMES), [])
    assert all(one.isEnabledTo(dialog) for shown in fields_of(dialog).values() for one in shown)


@pytest.mark.parametrize("name", NAMES)
def test_a_fixed_setting_is_grey_and_says_by_which_variable(window: Window, name: str) -> None:
    variable = f"UPLOADER_{name.upper()}"
    dialog = window.dialogs.settings(ALL_VALUES, {name: Fixed(variable)})
    assert told(dialog) == [f"Fixed by the environment variable {variable}"]
    for other, shown in fields_of(dialog).items():
        assert [one.isEnabledTo(dialog) for one in shown] == [other != name] * len(shown)
        assert all(variable in one.accessibleDescription() for one in shown if other == name)
    assert dialog.values == ALL_VALUES
    assert dialog.save.isEnabled()


def test_a_setting_fixed_for_the_machine_is_grey_and_says_where(window: Window) -> None:
    dialog = window.dialogs.settings(ALL_VALUES, {"proxy": Fixed("/etc/uploader-gui/settings.json", machine=True)})
    words = "Fixed for this computer by your IT department (/etc/uploader-gui/settings.json)"
    assert words in [one.text() for one in dialog.findChildren(QLabel)]
    assert not any(one.isEnabledTo(dialog) for one in dialog.connection.fields["proxy"])


def test_a_wrong_value_that_cannot_be_changed_here_does_not_keep_the_others_from_being_saved(window: Window) -> None:
    wrong = ALL_VALUES.model_copy(
        update={"api_url": "http://a.example", "proxy": "proxy:80", "ca_file": Path("/nowhere/ca.pem")}
    )
    fixed = {name: Fixed(f"UPLOADER_{name.upper()}") for name in ("api_url", "proxy", "ca_file")}
    dialog = window.dialogs.settings(wrong, fixed)
    assert dialog.save.isEnabled()
    dialog.reject()
    assert not window.dialogs.settings(wrong, {"proxy": Fixed("UPLOADER_PROXY")}).save.isEnabled()
