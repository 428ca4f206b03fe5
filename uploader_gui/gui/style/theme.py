"""Colours, fonts, icons and style of the whole program; follows the system's light and dark mode live.

There is one `Theme` per application. Painted parts read `theme.colors` when they paint, and repaint on `changed`.
With a high-contrast system theme the system's palette is used.
"""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass, fields
from math import ceil
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from uploader_gui.paths import find_resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Colors:
    """Colours as `#rrggbb`. Every text colour is readable (4.5:1) on every surface it is painted on."""

    bg: str
    surface: str
    line: str
    track: str
    outline: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    hover: str
    ok: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str

    @property
    def are_few(self) -> bool:
        """Whether they are the system's (high contrast): no shade tells what is selected, or how long a bar is."""
        return self.track == self.surface

    @classmethod
    def of_palette(cls, palette: QPalette) -> Colors:
        """Return the system's own colours (high contrast); state is then shown by symbol and word only."""
        text, base = palette.text().color().name(), palette.base().color().name()
        accent, on_accent = palette.highlight().color().name(), palette.highlightedText().color().name()
        colors = dict.fromkeys((one.name for one in fields(cls)), text)
        colors |= dict.fromkeys(("surface", "track", "accent_soft", "hover", "warning_soft", "danger_soft"), base)
        colors |= {"bg": palette.window().color().name(), "accent_hover": accent}
        colors["on_accent"] = base if accent == text else on_accent
        return cls(**colors)


LIGHT: Final = Colors(
    bg="#F6F7F9",
    surface="#FFFFFF",
    line="#E3E6EB",
    track="#E3E6EB",
    outline="#B7BEC9",
    text="#1B1F27",
    muted="#5E6776",
    accent="#2257C5",
    accent_hover="#1D4BA9",
    accent_soft="#E8EFFC",
    on_accent="#FFFFFF",
    hover="#F1F3F6",
    ok="#1A7A45",
    warning="#8A5300",
    warning_soft="#F2ECE3",
    danger="#B3261E",
    danger_soft="#F8EBEB",
)
DARK: Final = Colors(
    bg="#17191D",
    surface="#1F2227",
    line="#32363E",
    track="#32363E",
    outline="#565D69",
    text="#ECEEF2",
    muted="#A3ABB8",
    accent="#7FA9FF",
    accent_hover="#96B8FF",
    accent_soft="#26334D",
    on_accent="#17191D",
    hover="#272B31",
    ok="#6BD095",
    warning="#F2BE63",
    warning_soft="#3A3328",
    danger="#FF9A92",
    danger_soft="#372B2D",
)

SCHEMES: Final = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
"""The values of the setting `theme`, as Qt's."""

_USUAL_TEXT_PX: Final = 14
"""A system font up to this size is the normal one; above it everything grows in proportion."""

SETTLE_SECONDS: Final = 0.5
"""How long a person needs to see a change before a click can mean what the button says now."""

_MOTIONS: Final = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)
"""Animations that are switched off, whatever the system says: only data move."""

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
    """The current look. `scheme` forces light or dark; `Unknown` follows the system.

    For `settle_seconds` (by `clock`) after a button came to mean something else, pressing it does nothing.
    """

    changed = Signal()

    def __init__(
        self,
        app: QApplication,
        scheme: Qt.ColorScheme = Qt.ColorScheme.Unknown,
        *,
        settle_seconds: float = SETTLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(app)
        self.settle_seconds = settle_seconds
        self.clock = clock
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
        """Apply the colours and style of the system, or of the forced scheme."""
        if _high_contrast(self._app):
            self.use_system_palette()
        else:
            self._show(self._chosen())

    def use_system_palette(self) -> None:
        """Leave colours and style to the system; painted parts use its palette."""
        self._app.setStyleSheet("")
        self._app.setPalette(QPalette())
        self.colors = Colors.of_palette(self._app.palette())
        self.icons.forget()
        self.changed.emit()

    def force(self, scheme: Qt.ColorScheme) -> None:
        """Use one scheme whatever the system says; `Unknown` follows the system again."""
        self._forced = scheme
        self.apply()

    def px(self, length: int) -> int:
        """Return a length in logical pixels, scaled with the system's text size."""
        return round(length * self.scale)

    def font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Return the system's font at a size in logical pixels, scaled with the system's text size."""
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
    """Return the palette that gives native dialogs and Qt's own widgets these colours."""
    palette = QPalette()
    for role, color in _ROLES.items():
        palette.setColor(QPalette.ColorRole[role], QColor(getattr(colors, color)))
    for role in ("WindowText", "Text", "ButtonText"):
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole[role], QColor(colors.muted))
    return palette


def style_sheet(colors: Colors) -> str:
    """Return the style sheet with these colours."""
    template = find_resource("style.qss").read_text(encoding="utf-8")
    values = asdict(colors)
    return re.sub(r"@([a-z_]+)", lambda name: str(values.get(name[1], name[0])), template)


def _text_scale(font: QFont) -> float:
    pixels = QFontInfo(font).pixelSize()
    return 1.0 if pixels <= _USUAL_TEXT_PX else pixels / 13


def _high_contrast(app: QApplication) -> bool:
    """Return whether the system wants high contrast; always False before Qt 6.10, which cannot tell."""
    hints = app.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    return bool(hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


class Icons:
    """Renders `resources/icons/*.svg` and caches them by name, colour, size and device pixel ratio.

    The files draw with `currentColor`, which is replaced by the colour asked for.
    """

    def __init__(self) -> None:
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def forget(self) -> None:
        """Clear the cache: the colours have changed."""
        self._pixmaps.clear()

    def pixmap(self, name: str, color: str, size: int, *, ratio: float = 1.0) -> QPixmap:
        """Return a square pixmap; `size` is in logical pixels, `ratio` is device pixels per logical pixel."""
        key = (name, color, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = _rendered(name, color, QSize(size, size), ratio)
        return self._pixmaps[key]

    def icon(self, name: str, color: str, size: int) -> QIcon:
        """Return an icon for a button, with a pixmap for each screen's pixel ratio."""
        icon = QIcon()
        for ratio in {float(ceil(screen.devicePixelRatio())) for screen in QGuiApplication.screens()}:
            icon.addPixmap(self.pixmap(name, color, size, ratio=ratio))
        return icon


def _rendered(name: str, color: str, size: QSize, ratio: float) -> QPixmap:
    source = find_resource(f"icons/{name}.svg").read_bytes().replace(b"currentColor", color.encode())
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source)).render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return pixmap
