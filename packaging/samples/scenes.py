"""What the sample pictures show: the places an inspection of a school walks through. For `make_samples.py`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw

from samples.rays import Ball, Box, Scene, Shape, Tube

if TYPE_CHECKING:
    from collections.abc import Callable

    from samples.rays import Array, Colour

RED: Final = (0.55, 0.03, 0.02)
DARK: Final = (0.05, 0.055, 0.065)
WHITE: Final = (0.78, 0.77, 0.74)
STEEL: Final = (0.42, 0.44, 0.47)
YELLOW: Final = (0.8, 0.5, 0.05)
WALLS: Final[tuple[Colour, ...]] = (
    (0.66, 0.64, 0.58),
    (0.50, 0.60, 0.62),
    (0.70, 0.60, 0.42),
    (0.56, 0.64, 0.52),
    (0.64, 0.62, 0.64),
)
SIGN: Final = "#0b7a43"


def tiles(colour: Colour, size: float = 0.4) -> Callable[[Array], Array]:
    """Return a floor of square tiles, no two quite alike."""

    def paint(point: Array) -> Array:
        cell = np.floor(point[:, [0, 2]] / size)
        shade = 0.88 + 0.24 * _noise(cell)
        inside = (point[:, [0, 2]] / size - cell).min(1) > 0.03  # noqa: PLR2004 - the joint
        return np.float32(colour) * np.where(inside, shade, 0.45)[:, None]

    return paint


def grained(colour: Colour) -> Callable[[Array], Array]:
    """Return wood, its grain upright."""

    def paint(point: Array) -> Array:
        wave = np.sin(point[:, 0] * 55 + 2.2 * np.sin(point[:, 1] * 2.1) + 0.7 * np.sin(point[:, 1] * 9))
        return np.float32(colour) * (0.86 + 0.16 * wave)[:, None]

    return paint


def bricks(colour: Colour) -> Callable[[Array], Array]:
    """Return a wall of painted bricks."""

    def paint(point: Array) -> Array:
        row = np.floor(point[:, 1] / 0.1)
        across = (point[:, 0] + point[:, 2]) / 0.28 + 0.5 * (row % 2)
        shade = 0.86 + 0.24 * _noise(np.stack([np.floor(across), row], 1))
        joint = np.minimum(point[:, 1] / 0.1 - row, (across - np.floor(across)) * 2.8) < 0.12  # noqa: PLR2004 - the joint
        return np.float32(colour) * np.where(joint, 1.25, shade)[:, None]

    return paint


def _noise(cell: Array) -> Array:
    return np.modf(np.abs(np.sin(cell[:, 0] * 12.9898 + cell[:, 1] * 78.233) * 43758.5))[0]


def room(variant: int, *, width: float = 2.4, height: float = 2.7, depth: float = 4.0) -> list[Shape]:
    """Return walls, a floor and a skirting board."""
    wall = WALLS[variant % len(WALLS)]
    paint = bricks(wall) if variant % 3 == 1 else wall
    return [
        Box((-width, 0, -3), (width, height, depth), paint, inside=True),
        Box((-width, -0.1, -3), (width, 0.002, depth), tiles((0.34, 0.31, 0.28)), gloss=0.25),
        Box((-width, 0, depth - 0.02), (width, 0.1, depth), (0.22, 0.22, 0.23)),
    ]


def sign(*, arrow: str = "right") -> Image.Image:
    """Return the green sign of an emergency exit."""
    picture = Image.new("RGB", (192, 96), SIGN)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((124, 16, 172, 82), fill="white")
    draw.ellipse((142, 24, 154, 36), fill=SIGN)
    draw.line([(148, 38), (144, 56), (134, 76)], fill=SIGN, width=9)
    draw.line([(144, 56), (158, 66), (156, 80)], fill=SIGN, width=8)
    draw.line([(132, 48), (148, 42), (164, 50)], fill=SIGN, width=6)
    draw.rectangle((20, 40, 74, 56), fill="white")
    draw.polygon([(68, 22), (106, 48), (68, 74)], fill="white")
    return picture if arrow == "right" else picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def label(*, red: bool) -> Image.Image:
    """Return a printed label: a head and lines too small to read."""
    picture = Image.new("RGB", (80, 100), "#f4f0e6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 80, 22), fill="#b3201a" if red else "#22498f")
    for row in range(7):
        draw.rectangle((8, 32 + 9 * row, 72 - 9 * (row * 5 % 4), 35 + 9 * row), fill="#4b4b4b")
    return picture


def stairs(variant: int) -> Scene:
    """Return a flight of concrete steps that goes up to the right, with a rail."""
    shapes = room(variant, depth=3.2)
    for step in range(9):
        left, top = -1.35 + 0.3 * step, 0.18 * (step + 1)
        shade = 0.24 + 0.012 * step
        shapes.append(Box((left, 0, 1.3), (2.6, top, 3.2), (shade, shade * 0.98, shade * 0.94)))
        shapes.append(Box((left - 0.01, top - 0.01, 1.29), (left + 0.045, top + 0.008, 3.2), YELLOW))
        if step % 2 == 0:
            shapes.append(Tube((left + 0.15, top, 1.36), (left + 0.15, top + 0.9, 1.36), 0.016, STEEL, gloss=0.4))
    shapes.append(Tube((-1.2, 1.08, 1.36), (1.4, 2.64, 1.36), 0.032, (0.30, 0.16, 0.07), gloss=0.1))
    shapes.append(Box((-1.75, 1.5, 3.15), (-1.25, 1.75, 3.2), sign()))
    view = ((-0.5, 1.5, -1.9), (-0.35, 1.6, -1.7), (0.1, 1.5, -2.0))[variant % 3]
    return Scene(shapes, (-0.6, 2.6, 0.9), view, (0.15, 1.0, 2.0), zoom=1.35, seed=variant, power=10)


def door(variant: int) -> Scene:
    """Return a fire door with a window, a closer and the green sign over it; some stand open."""
    shapes = room(variant, depth=3.0)
    leaf = grained((0.36, 0.19, 0.08)) if variant % 2 else RED
    ajar = 0.35 if variant % 3 == 0 else 0.0
    shapes += [
        Box((-0.62, 0, 2.92), (0.62, 2.2, 3.0), DARK),
        Box((-0.55 + ajar, 0.02, 2.86), (0.55, 2.13, 2.95), leaf, gloss=0.08),
        Box((-0.2 + ajar / 2, 1.35, 2.84), (0.15 + ajar / 2, 1.85, 2.9), (0.45, 0.58, 0.66), gloss=0.5),
        Box((0.35, 1.0, 2.8), (0.5, 1.04, 2.84), STEEL, gloss=0.5),
        Box((0.38, 0.93, 2.83), (0.46, 1.15, 2.87), STEEL, gloss=0.4),
        Box((-0.1, 2.02, 2.78), (0.45, 2.1, 2.87), STEEL, gloss=0.3),
        Box((-0.26, 2.3, 2.93), (0.26, 2.56, 3.0), sign()),
        Box((0.85, 1.2, 2.96), (1.0, 1.35, 3.0), RED),
    ]
    x = (0.35, -0.5, 0.1)[variant % 3]
    return Scene(shapes, (0.4, 2.6, 0.9), (x, 1.5, -1.4), (0, 1.25, 3), zoom=1.9, seed=variant, power=9)


def extinguisher(variant: int) -> Scene:
    """Return a red extinguisher on the wall, its sign and its label."""
    shapes = room(variant, depth=2.2, width=1.6)
    shapes += [
        Tube((0, 0.47, 1.98), (0, 1.09, 1.98), 0.13, RED, gloss=0.12),
        Ball((0, 1.09, 1.98), 0.13, RED, gloss=0.12),
        Ball((0, 0.47, 1.98), 0.13, RED),
        Tube((0, 1.19, 1.98), (0, 1.33, 1.98), 0.04, DARK),
        Box((-0.16, 1.32, 1.93), (0.05, 1.36, 2.0), DARK),
        Box((-0.18, 1.39, 1.95), (0.03, 1.42, 1.99), RED),
        Ball((0.06, 1.27, 1.92), 0.032, STEEL, gloss=0.4),
        Box((-0.09, 0.66, 1.835), (0.09, 0.9, 1.86), label(red=variant % 2 == 0)),
        Box((-0.17, 1.62, 2.17), (0.17, 1.92, 2.2), _extinguisher_sign()),
    ]
    hose = [(0.06, 1.24), (0.15, 1.12), (0.19, 0.96), (0.19, 0.80), (0.15, 0.62)]
    shapes += [Tube((*one, 1.88), (*other, 1.88), 0.02, DARK) for one, other in pairwise(hose)]
    x = (0.45, -0.4, 0.2)[variant % 3]
    return Scene(shapes, (-0.5, 2.5, 0.8), (x, 1.3, -0.3), (0.02, 1.12, 2.0), zoom=1.8, seed=variant, power=6)


def missing_extinguisher(variant: int) -> Scene:
    """Return the bracket and the sign of an extinguisher that is not there."""
    shapes = room(variant, depth=2.2, width=1.6)
    shapes += [
        Box((-0.05, 0.9, 2.12), (0.05, 1.1, 2.2), STEEL, gloss=0.3),
        Box((-0.12, 0.94, 2.06), (0.12, 0.97, 2.14), STEEL, gloss=0.3),
        Box((-0.13, 0.66, 2.17), (0.13, 0.86, 2.2), label(red=False)),
        Box((-0.2, 1.3, 2.17), (0.2, 1.66, 2.2), _extinguisher_sign()),
    ]
    return Scene(shapes, (-0.5, 2.5, 0.8), (0.35, 1.3, -0.2), (0.02, 1.18, 2.2), zoom=2.1, seed=variant, power=6)


def _extinguisher_sign() -> Image.Image:
    picture = Image.new("RGB", (90, 80), "#c0261f")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((46, 26, 68, 72), 8, fill="white")
    draw.rectangle((52, 14, 62, 26), fill="white")
    draw.line([(50, 18), (38, 24), (34, 46)], fill="white", width=4)
    draw.polygon([(14, 70), (20, 44), (26, 58), (30, 40), (34, 70)], fill="white")
    return picture


def corridor(variant: int) -> Scene:
    """Return a corridor with doors at the side and a fire door at its end."""
    shapes = room(variant, width=1.1, height=2.5, depth=9.0)
    for number in range(4):
        near, side = 0.2 + 2.1 * number, (-1) ** (number + variant)
        shapes.append(
            Box((1.04 * side - 0.06, 0, near), (1.04 * side + 0.06, 2.05, near + 0.9), grained((0.34, 0.2, 0.1)))
        )
        shapes.append(Ball((0.96 * side, 1.0, near + 0.12), 0.035, STEEL, gloss=0.5))
    shapes += [
        Box((-0.55, 0, 8.9), (0.55, 2.05, 9.0), RED if variant % 2 else (0.16, 0.3, 0.42)),
        Box((-0.3, 2.12, 8.8), (0.3, 2.4, 8.9), sign()),
        Box((-1.1, 0.9, 3.9), (-1.03, 1.35, 4.2), RED),
    ]
    glow: list[Shape] = [Box((-0.3, 2.47, at), (0.3, 2.5, at + 1.1), (1, 0.97, 0.9)) for at in (0.6, 3.4, 6.2)]
    x = (-0.25, 0.3, 0.0)[variant % 3]
    return Scene(
        shapes, (0, 2.42, 3.4), (x, 1.5, -1.6), (0, 1.15, 6), seed=variant, zoom=1.0, spread=2.4, power=13, glow=glow
    )


def exit_sign(variant: int) -> Scene:
    """Return a lit sign over a door to the yard."""
    shapes = room(variant, depth=2.6)
    shapes += [
        Box((-0.7, 0, 2.5), (0.7, 1.7, 2.6), STEEL),
        Box((-0.62, 0, 2.46), (-0.02, 1.64, 2.52), (0.62, 0.74, 0.8), gloss=0.45),
        Box((0.02, 0, 2.46), (0.62, 1.64, 2.52), (0.62, 0.74, 0.8), gloss=0.45),
        Box((-0.6, 0.88, 2.36), (0.6, 0.95, 2.44), RED if variant % 2 else DARK),
        Box((-0.46, 1.86, 2.46), (0.46, 2.32, 2.6), WHITE),
    ]
    glow: list[Shape] = [Box((-0.43, 1.89, 2.44), (0.43, 2.29, 2.46), sign(arrow=("right", "left")[variant % 2]))]
    x = (0.5, -0.45, 0.2)[variant % 3]
    return Scene(shapes, (-0.5, 2.6, 0.6), (x, 1.5, -0.6), (0, 1.75, 2.6), zoom=2.2, seed=variant, power=6, glow=glow)


def vent(variant: int) -> Scene:
    """Return a smoke vent in a roof, half open, with its chain motor."""
    shapes: list[Shape] = [
        Box((-2, -1, -2), (2, 2.6, 3.4), WALLS[variant % len(WALLS)], inside=True),
        Box((-0.95, 0.75, 3.2), (0.95, 2.05, 3.4), DARK),
        Tube((0.55, 0.3, 3.2), (0.55, 0.9, 3.2), 0.05, STEEL, gloss=0.3),
        Box((0.42, 0.15, 3.1), (0.68, 0.4, 3.4), (0.7, 0.7, 0.68)),
        Box((0.48, 0.22, 3.08), (0.62, 0.33, 3.1), label(red=True)),
        Tube((-1.3, -1, 3.3), (-1.3, 2.6, 3.3), 0.03, WHITE),
    ]
    shapes += [Box((-0.87, 0.84 + 0.24 * n, 3.02), (0.87, 0.87 + 0.24 * n, 3.24), STEEL, gloss=0.3) for n in range(5)]
    glow: list[Shape] = [Box((-0.87, 0.82, 3.18), (0.87, 1.98, 3.2), (0.5, 0.68, 0.9))]
    x = (-0.5, 0.4, 0.0)[variant % 3]
    return Scene(shapes, (-0.6, 2.5, 1.4), (x, 0.6, -0.2), (0, 1.2, 3.4), zoom=2.1, seed=variant, power=7, glow=glow)


def panel(variant: int) -> Scene:
    """Return an electric cabinet with its door open: rows of breakers, cables, a warning sign."""
    shapes = room(variant, depth=2.0, width=1.5)
    shapes += [
        Box((-0.5, 0.55, 1.9), (0.5, 1.95, 2.0), (0.5, 0.5, 0.48)),
        Box((-0.44, 0.61, 1.86), (0.44, 1.89, 1.92), (0.7, 0.7, 0.67)),
        Box((-0.56, 0.55, 1.4), (-0.5, 1.95, 2.0), (0.56, 0.56, 0.54)),
        Box((0.12, 0.66, 1.83), (0.4, 0.86, 1.87), _warning_sign()),
    ]
    for row in range(4):
        y = 1.65 - 0.22 * row
        shapes.append(Box((-0.4, y - 0.01, 1.84), (0.4, y + 0.13, 1.87), DARK))
        for column in range(9):
            x = -0.38 + 0.086 * column
            off = (row * 9 + column + variant) % 7 == 0
            shapes.append(Box((x, y, 1.80), (x + 0.07, y + 0.12, 1.85), WHITE))
            low = y + (0.02 if off else 0.06)
            shapes.append(Box((x + 0.02, low, 1.77), (x + 0.05, low + 0.04, 1.81), RED if off else DARK))
    x = (0.35, 0.5, 0.15)[variant % 3]
    return Scene(shapes, (0.3, 2.5, 0.3), (x, 1.45, -0.2), (0, 1.25, 2), zoom=1.75, seed=variant, power=6)


def _warning_sign() -> Image.Image:
    picture = Image.new("RGB", (112, 80), "#f2b705")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(56, 6), (92, 70), (20, 70)], fill="#1a1a1a")
    draw.polygon([(56, 20), (81, 63), (31, 63)], fill="#f2b705")
    draw.line([(60, 28), (51, 45), (61, 45), (53, 60)], fill="#1a1a1a", width=5)
    return picture


def alarm(variant: int) -> Scene:
    """Return a red call point on a wall, with its glass and a label under it."""
    shapes = room(variant, depth=1.6, width=1.4)
    shapes += [
        Box((-0.16, 1.2, 1.5), (0.16, 1.52, 1.6), RED, gloss=0.1),
        Box((-0.1, 1.26, 1.48), (0.1, 1.46, 1.51), WHITE, gloss=0.25),
        Box((-0.12, 0.95, 1.57), (0.12, 1.13, 1.6), label(red=False)),
        Tube((0.1, 1.52, 1.58), (0.1, 2.7, 1.58), 0.02, WHITE),
    ]
    shapes += [Ball((0, 1.36, 1.47), 0.045, DARK), Ball((-0.07, 1.49, 1.49), 0.012, (0.2, 0.8, 0.3))]
    x = (0.3, -0.25, 0.12)[variant % 3]
    return Scene(shapes, (-0.5, 2.4, 0.5), (x, 1.4, 0.1), (0, 1.3, 1.6), zoom=2.5, seed=variant, power=4)
