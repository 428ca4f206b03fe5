"""Colours, fonts and style of the whole program; follows the system's light and dark live.

The composition root makes one `Theme` for its application; every painted part reads `theme.colors` when it
paints and repaints on `changed`. With a high-contrast system theme our palette steps aside.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette

from uploader_gui.gui.style.colors import DARK, LIGHT, Colors
from uploader_gui.gui.style.icons import Icons
from uploader_gui.paths import find_resource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_USUAL_TEXT_PX: Final = 14
"""A system text up to this many pixels is the normal size; above it everything grows in proportion."""

_MOTIONS: Final = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)
"""Nothing moves but what the data move, whatever the system says of motion."""

_ROLES: Final = {
    "Window": "bg",
    "WindowText": "text",
    "Base": "surface",
    "AlternateBase": "bg",
    "Text": "text",
    "Button": "surface",
    "ButtonText": "text",
    "ToolTipBase": "surface",
    "ToolTipText": "text",
    "PlaceholderText": "muted",
    "Highlight": "accent",
    "HighlightedText": "on_accent",
    "Link": "accent",
    "LinkVisited": "accent",
    "Accent": "accent",
    "BrightText": "danger",
    "Light": "surface",
    "Midlight": "hover",
    "Mid": "line",
    "Dark": "outline",
    "Shadow": "outline",
}


class Theme(QObject):
    """What the program looks like now. `scheme` forces light or dark (tests, screenshots)."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Qt.ColorScheme = Qt.ColorScheme.Unknown) -> None:
        super().__init__(app)
        self._app = app
        self._forced = scheme
        self.icons = Icons()
        self.colors = LIGHT
        self.scale = _text_scale(app.font())
        app.setStyle("Fusion")
        for effect in _MOTIONS:
            app.setEffectEnabled(effect, False)
        app.styleHints().colorSchemeChanged.connect(self.apply)
        if hasattr(app.styleHints(), "accessibility"):
            app.styleHints().accessibility().contrastPreferenceChanged.connect(self.apply)
        self.apply()

    def apply(self) -> None:
        """Read the system's wish (or the forced scheme) and put colours and style in force."""
        if _high_contrast(self._app):
            self.step_aside()
        else:
            self._show(self._chosen())

    def step_aside(self) -> None:
        """Leave colours and style to the system; what is painted takes over its palette."""
        self._app.setStyleSheet("")
        self._app.setPalette(QPalette())
        self.colors = Colors.of_palette(self._app.palette())
        self.icons.forget()
        self.changed.emit()

    def force(self, scheme: Qt.ColorScheme) -> None:
        """Stay with one scheme whatever the system says; `Unknown` follows the system again."""
        self._forced = scheme
        self.apply()

    def px(self, length: int) -> int:
        """Give a length in logical pixels, grown with the system's text size."""
        return round(length * self.scale)

    def font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Give the system's font at a size in logical pixels, grown with the system's text size."""
        font = QFont(self._app.font())
        font.setPixelSize(self.px(size))
        font.setWeight(weight)
        return font

    def _show(self, colors: Colors) -> None:
        self.colors = colors
        self.icons.forget()
        self._app.setPalette(palette_of(colors))
        self._app.setStyleSheet(style_sheet(colors))
        self.changed.emit()

    def _chosen(self) -> Colors:
        scheme = self._forced
        if scheme is Qt.ColorScheme.Unknown:
            scheme = self._app.styleHints().colorScheme()
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT


def palette_of(colors: Colors) -> QPalette:
    """Give the palette that makes native dialogs and Qt's own widgets agree with our colours."""
    palette = QPalette()
    for role, color in _ROLES.items():
        palette.setColor(QPalette.ColorRole[role], QColor(getattr(colors, color)))
    for role in ("WindowText", "Text", "ButtonText"):
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole[role], QColor(colors.muted))
    return palette


def style_sheet(colors: Colors) -> str:
    """Give the style sheet with the colours filled in."""
    template = find_resource("style.qss").read_text(encoding="utf-8")
    values = asdict(colors)
    return re.sub(r"@([a-z_]+)", lambda name: str(values.get(name[1], name[0])), template)


def _text_scale(font: QFont) -> float:
    pixels = QFontInfo(font).pixelSize()
    return 1.0 if pixels <= _USUAL_TEXT_PX else pixels / 13


def _high_contrast(app: QApplication) -> bool:
    """Qt can tell since 6.10; before that Windows' high contrast shows only in its palette."""
    hints = app.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    return bool(hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)
