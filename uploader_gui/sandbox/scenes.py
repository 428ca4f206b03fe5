"""What the sample pictures show: the places an inspection walks through, drawn flat and plain. For `samples.py`.

Every scene fills a canvas of any size; its lines keep to a grid of 8 pixels where they can, which makes JPEGs quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uploader_gui.sandbox.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.sandbox.canvas import Colour

_WALLS: Final[tuple[tuple[Colour, Colour], ...]] = (
    ((214, 224, 235), (178, 194, 214)),
    ((236, 227, 211), (212, 196, 170)),
    ((217, 230, 221), (176, 201, 186)),
    ((228, 220, 234), (196, 183, 210)),
)
_WHITE: Final = (250, 250, 248)
_DARK: Final = (58, 66, 80)
_RED: Final = (190, 44, 38)
_GREEN: Final = (22, 125, 74)
_STEEL: Final = (140, 152, 168)
_GLASS: Final = (190, 216, 236)
_WOOD: Final = (156, 116, 78)
_AMBER: Final = (236, 178, 62)


def draw(scene: str, size: tuple[int, int], variant: int = 0) -> Canvas:
    """Draw one of `SCENES`, in pixels; the variant changes the light on the wall and moves things a little."""
    canvas = Canvas(*size)
    canvas.fade(*_WALLS[variant % len(_WALLS)])
    SCENES[scene](canvas, 8 * (variant % 5))
    return canvas


def _floor(canvas: Canvas, colour: Colour = (122, 116, 112)) -> int:
    """Lay a floor and give the row it begins at."""
    top = canvas.height * 4 // 5 // 8 * 8
    canvas.rect(0, top, (canvas.width, canvas.height - top), colour)
    return top


def _stairs(canvas: Canvas, shift: int) -> None:
    floor = _floor(canvas)
    steps = 7
    for step in range(steps):
        left = 48 + shift + step * 32
        height = (step + 1) * 24
        canvas.rect(
            left, floor - height, (canvas.width - left, height), (196 - 8 * step, 192 - 8 * step, 186 - 8 * step)
        )
        canvas.rect(left, floor - height, (32, 4), _AMBER)
    rail = [(40 + shift, floor - 96), (40 + shift + steps * 32, floor - 96 - steps * 24)]
    canvas.polygon([rail[0], rail[1], (rail[1][0], rail[1][1] + 7), (rail[0][0], rail[0][1] + 7)], _DARK)
    canvas.rect(40 + shift, floor - 96, (6, 96), _DARK)


def _door(canvas: Canvas, shift: int) -> None:
    floor = _floor(canvas)
    left, top = canvas.width // 2 // 8 * 8 - 56 + shift, 32
    canvas.rect(left - 8, top - 8, (128, floor - top + 8), _DARK)
    canvas.rect(left, top, (112, floor - top), _RED if shift % 16 else _WOOD)
    canvas.rect(left + 32, top + 24, (48, 56), _GLASS)
    canvas.rect(left + 88, top + (floor - top) // 2, (16, 8), _STEEL)
    canvas.rect(left + 40, 8, (40, 16), _GREEN)


def _extinguisher(canvas: Canvas, shift: int) -> None:
    floor = _floor(canvas)
    middle = canvas.width // 2 + shift - 16
    canvas.rect(middle - 88, 24, (64, 64), _RED)
    canvas.disc(middle - 56, 56, 20, _WHITE)
    canvas.rect(middle - 28, floor - 120, (56, 104), _RED)
    canvas.disc(middle, floor - 120, 28, _RED)
    canvas.disc(middle, floor - 16, 28, _RED)
    canvas.rect(middle - 20, floor - 88, (40, 40), _WHITE)
    canvas.rect(middle - 8, floor - 164, (16, 20), _DARK)
    canvas.polygon([(middle - 8, floor - 164), (middle + 36, floor - 176), (middle + 36, floor - 166)], _DARK)
    canvas.polygon(
        [(middle + 8, floor - 156), (middle + 48, floor - 96), (middle + 48, floor - 84), (middle + 6, floor - 148)],
        _DARK,
    )


def _corridor(canvas: Canvas, shift: int) -> None:
    width, height = canvas.width, canvas.height
    x, y, w, h = width // 2 - 40 + shift, height // 2 - 40, 80, 72
    canvas.polygon([(0, 0), (x, y), (x, y + h), (0, height)], (176, 186, 200))
    canvas.polygon([(width, 0), (x + w, y), (x + w, y + h), (width, height)], (160, 172, 188))
    canvas.polygon([(0, height), (x, y + h), (x + w, y + h), (width, height)], (126, 120, 116))
    canvas.polygon([(0, 0), (x, y), (x + w, y), (width, 0)], (238, 240, 242))
    canvas.rect(x, y, (w, h), (206, 214, 224))
    canvas.rect(x + 24, y + 16, (32, h - 16), (_WOOD, _RED, _STEEL, _AMBER, _DARK)[shift // 8])
    canvas.rect(x + 24, y + 4, (32, 8), _GREEN)


def _exit_sign(canvas: Canvas, shift: int) -> None:
    left, top = canvas.width // 2 // 8 * 8 - 96, 64 + shift // 2
    canvas.rect(left - 8, top - 8, (208, 112), _WHITE)
    canvas.rect(left, top, (192, 96), _GREEN)
    canvas.rect(left + 120, top + 16, (48, 64), _WHITE)
    middle = top + 48
    canvas.rect(left + 24, middle - 8, (48, 16), _WHITE)
    canvas.polygon([(left + 64, middle - 28), (left + 104, middle), (left + 64, middle + 28)], _WHITE)
    canvas.rect(0, canvas.height - 40, (canvas.width, 40), (150, 158, 168))


def _smoke_vent(canvas: Canvas, shift: int) -> None:
    _floor(canvas, (112, 106, 104))
    left, top = canvas.width // 2 // 8 * 8 - 88 + shift, 24
    canvas.rect(left, top, (176, 96), _DARK)
    canvas.rect(left + 8, top + 8, (160, 80), _GLASS)
    canvas.polygon([(left + 8, top + 88), (left + 168, top + 48), (left + 168, top + 56), (left + 8, top + 96)], _STEEL)
    for number in range(3):
        canvas.disc(left + 40 + 48 * number, top + 124 + 8 * (number % 2), 20, (168, 172, 180))


def _panel(canvas: Canvas, shift: int) -> None:
    left, top = canvas.width // 2 // 8 * 8 - 80 + shift, 32
    canvas.rect(left, top, (160, canvas.height - 80), _STEEL)
    canvas.rect(left + 8, top + 8, (144, canvas.height - 96), (216, 220, 226))
    for row in range(3):
        for column in range(6):
            lit = (row * 6 + column + shift // 8) % 5 == 0
            canvas.rect(left + 16 + 22 * column, top + 24 + 40 * row, (16, 24), _RED if lit else _DARK)
    x, y = left + 80, top + 136
    canvas.polygon([(x, y - 8), (x + 20, y + 24), (x - 20, y + 24)], _AMBER)


def _alarm(canvas: Canvas, shift: int) -> None:
    x, y = canvas.width // 2 + shift - 16, canvas.height // 2 - 8
    canvas.rect(x - 64, y - 64, (128, 128), _RED)
    canvas.rect(x - 48, y - 48, (96, 96), _WHITE)
    canvas.disc(x, y, 32, _DARK)
    canvas.disc(x, y, 26, _RED)
    canvas.rect(0, canvas.height - 32, (canvas.width, 32), (150, 158, 168))


SCENES: Final[dict[str, Callable[[Canvas, int], None]]] = {
    "stairs": _stairs,
    "door": _door,
    "extinguisher": _extinguisher,
    "corridor": _corridor,
    "exit": _exit_sign,
    "vent": _smoke_vent,
    "panel": _panel,
    "alarm": _alarm,
}
"""Each draws on a wall already painted, moved to the right by 0 to 32 pixels."""
