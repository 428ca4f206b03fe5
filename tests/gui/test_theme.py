"""Light and dark: readable everywhere, followed live; icons and style are found and coloured."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.contrast import contrast
from tests.gui.fake_engine import Window, upload
from uploader_gui.engine.events import UploadsAdded
from uploader_gui.gui.style.theme import DARK, LIGHT, Colors, Icons, Theme, palette_of, style_sheet
from uploader_gui.gui.style.widgets import push_button
from uploader_gui.paths import find_resource
from uploader_gui.settings import Settings

PAINTED_ON = {
    "text": ("bg", "surface", "accent_soft", "hover", "line"),
    "muted": ("bg", "surface", "accent_soft", "hover"),
    "accent": ("bg", "surface", "accent_soft", "hover"),
    "ok": ("bg", "surface", "accent_soft", "hover"),
    "warning": ("bg", "surface", "accent_soft", "hover", "warning_soft"),
    "danger": ("bg", "surface", "accent_soft", "hover", "danger_soft"),
    "on_accent": ("accent", "accent_hover"),
    "surface": ("ok", "warning", "danger", "accent"),  # symbols in their discs
}
ICONS = sorted(path.stem for path in find_resource("icons").glob("*.svg") if path.stem != "app")


@pytest.mark.parametrize("colors", [LIGHT, DARK])
@pytest.mark.parametrize(("front", "ground"), [(f, g) for f, grounds in PAINTED_ON.items() for g in grounds])
def test_every_text_is_readable_where_it_is_painted(colors: Colors, front: str, ground: str) -> None:
    assert contrast(asdict(colors)[front], asdict(colors)[ground]) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_the_style_sheet_knows_all_its_colours(colors: Colors) -> None:
    assert re.findall(r"@\w+", style_sheet(colors)) == []


def test_a_change_of_scheme_repaints_the_window_live(any_scheme: Theme, window: Window, qapp: QApplication) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    for scheme, colors in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        any_scheme.force(scheme)
        picture = window.grab().toImage()
        assert picture.pixelColor(3, 3) == QColor(colors.bg)
        assert picture.pixelColor(window.width() // 2, 300) == QColor(colors.surface)
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(colors.bg)


def test_with_high_contrast_our_colours_step_aside() -> None:
    system = palette_of(DARK)
    system.setColor(QPalette.ColorRole.Text, QColor("#ffff00"))
    system.setColor(QPalette.ColorRole.Base, QColor("#000000"))
    colors = Colors.of_palette(system)
    assert (colors.text, colors.danger, colors.surface) == ("#ffff00", "#ffff00", "#000000")


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_has_one_stroke_width_and_takes_the_colour_asked_for(name: str) -> None:
    source = find_resource(f"icons/{name}.svg").read_text()
    assert set(re.findall(r'stroke-width="([^"]+)"', source)) == {"2"}
    picture = Icons().pixmap(name, "#b3261e", 24, ratio=2.0).toImage()
    assert picture.width() == 48
    seen = {
        picture.pixelColor(x, y).name() for x in range(48) for y in range(48) if picture.pixelColor(x, y).alpha() > 250
    }
    assert seen == {"#b3261e"}


def test_resources_are_found_in_a_bundle_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundled = tmp_path / "uploader_gui" / "_resources" / "style.qss"
    bundled.parent.mkdir(parents=True)
    bundled.touch()
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)  # as PyInstaller sets it
    assert find_resource("style.qss") == bundled
    with pytest.raises(FileNotFoundError):
        find_resource("nowhere.svg")


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_the_hint_in_an_empty_field_and_the_frames_of_boxes_and_figures_are_visible(
    any_scheme: Theme, window: Window, scheme: Qt.ColorScheme
) -> None:
    any_scheme.force(scheme)
    for field in (window.header.field, window.filters.search):
        hint = field.palette().color(QPalette.ColorRole.PlaceholderText)
        assert hint.alpha() == 255
        assert contrast(hint.name(), any_scheme.colors.surface) >= 4.5
    dialog = window.dialogs.guide("failures").ask_for_report()
    sending = window.dialogs.settings(Settings()).sending
    for framed, least in ((dialog.names, 2.0), (sending.at_once, 1.7), (sending.bandwidth, 1.7)):
        picture = framed.grab().toImage()
        frame = {picture.pixelColor(x, picture.height() // 2).name() for x in range(4)}
        assert max(contrast(color, any_scheme.colors.bg) for color in frame) >= least
    window.dialogs.close_guide()


def test_the_ring_around_a_button_with_the_keyboard_is_the_only_mark(any_scheme: Theme, qtbot: QtBot) -> None:
    """Qt would also shade what is inside, as if its text were selected."""
    place = QWidget()
    first, second = (push_button("plain", any_scheme) for _ in range(2))
    column = QVBoxLayout(place)
    for button in (first, second):
        button.setText(8 * "\u00a0")
        column.addWidget(button)
    qtbot.addWidget(place)
    place.show()
    place.activateWindow()
    qtbot.waitUntil(place.isActiveWindow)
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    qtbot.waitUntil(second.hasFocus)
    assert second.grab().toImage().pixelColor(second.rect().center()) == QColor(any_scheme.colors.surface)
