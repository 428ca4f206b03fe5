"""The light and the dark set of colours, and the contrast of two colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from PySide6.QtGui import QPalette


@dataclass(frozen=True, slots=True)
class Colors:
    """Colours as `#rrggbb`. Every text colour is readable (4.5:1) on every surface it is painted on."""

    bg: str
    surface: str
    line: str
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

    @classmethod
    def of_palette(cls, palette: QPalette) -> Colors:
        """Return the system's own colours (high contrast); state is then shown by symbol and word only."""
        text, base = palette.text().color().name(), palette.base().color().name()
        accent, on_accent = palette.highlight().color().name(), palette.highlightedText().color().name()
        return cls(
            bg=palette.window().color().name(),
            surface=base,
            line=text,
            outline=text,
            text=text,
            muted=text,
            accent=text,
            accent_hover=accent,
            accent_soft=base,
            on_accent=base if accent == text else on_accent,
            hover=base,
            ok=text,
            warning=text,
            warning_soft=base,
            danger=text,
            danger_soft=base,
        )


def blended(color: str, onto: str, share: float) -> str:
    """Return `color` laid over `onto`, opaque to `share` (0 to 1)."""
    top, ground = QColor(color), QColor(onto)
    channels = (
        (top.red(), ground.red()),
        (top.green(), ground.green()),
        (top.blue(), ground.blue()),
    )
    return QColor(*(round(upper * share + lower * (1 - share)) for upper, lower in channels)).name()


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    return 0.2126 * _linear(color.redF()) + 0.7152 * _linear(color.greenF()) + 0.0722 * _linear(color.blueF())


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- WCAG's own figures


LIGHT: Final = Colors(
    bg="#F6F7F9",
    surface="#FFFFFF",
    line="#E3E6EB",
    outline="#B7BEC9",
    text="#1B1F27",
    muted="#5E6776",
    accent="#2257C5",
    accent_hover=blended("#000000", "#2257C5", 0.14),
    accent_soft="#E8EFFC",
    on_accent="#FFFFFF",
    hover="#F1F3F6",
    ok="#1A7A45",
    warning="#8A5300",
    warning_soft=blended("#8A5300", "#FFFFFF", 0.11),
    danger="#B3261E",
    danger_soft=blended("#B3261E", "#FFFFFF", 0.09),
)
DARK: Final = Colors(
    bg="#17191D",
    surface="#1F2227",
    line="#32363E",
    outline="#565D69",
    text="#ECEEF2",
    muted="#A3ABB8",
    accent="#7FA9FF",
    accent_hover=blended("#FFFFFF", "#7FA9FF", 0.18),
    accent_soft="#26334D",
    on_accent="#17191D",
    hover="#272B31",
    ok="#6BD095",
    warning="#F2BE63",
    warning_soft=blended("#F2BE63", "#17191D", 0.16),
    danger="#FF9A92",
    danger_soft=blended("#FF9A92", "#17191D", 0.14),
)
