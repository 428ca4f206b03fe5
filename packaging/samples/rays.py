"""A small path tracer: rooms lit by one lamp, so that the sample pictures look like photographs. For `scenes.py`.

Metres; x goes to the right, y up, z away from the camera. Colours are red, green, blue from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from PIL import Image

Array = Any  # numpy's own type; numpy is not among the packages mypy sees
Colour = tuple[float, float, float]
Paint = Colour | Image.Image | Callable[[Array], Array]

_NEAR: Final = 1e-3
_PASSES: Final = 3
_BOUNCES: Final = 2
_REACH: Final = 5
"""Pixels on each side that are averaged where they show the same surface."""


@dataclass
class Box:
    """A box between two corners; a picture as paint covers its front. `inside` makes a room of it."""

    low: Colour
    high: Colour
    paint: Paint
    gloss: float = 0.0
    inside: bool = False

    def hit(self, origin: Array, ray: Array) -> Array:
        """Return the distance along each ray, infinite where it misses."""
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = (np.float32(self.low) - origin) / ray, (np.float32(self.high) - origin) / ray
        near, far = np.minimum(one, other).max(1), np.maximum(one, other).min(1)
        if self.inside:
            return far
        return np.where((near < far) & (near > _NEAR), near, np.inf)

    def normal(self, point: Array) -> Array:
        """Return the outward direction of the face each point lies on."""
        low, high = np.float32(self.low), np.float32(self.high)
        place = (point - (low + high) / 2) / np.maximum((high - low) / 2, 1e-6)
        axis = np.abs(place).argmax(1)
        normal = np.zeros_like(point)
        rows = np.arange(len(point))
        normal[rows, axis] = np.sign(place[rows, axis])
        return -normal if self.inside else normal

    def colour(self, point: Array) -> Array:
        """Return each point's colour."""
        if isinstance(self.paint, Image.Image):
            return self._printed(point)
        return _painted(self.paint, point)

    def _printed(self, point: Array) -> Array:
        assert isinstance(self.paint, Image.Image)
        pixels = (np.asarray(self.paint.convert("RGB"), np.float32) / 255) ** 2.2
        height, width = pixels.shape[:2]
        column = (point[:, 0] - self.low[0]) / (self.high[0] - self.low[0]) * width
        row = (self.high[1] - point[:, 1]) / (self.high[1] - self.low[1]) * height
        return pixels[row.astype(int).clip(0, height - 1), column.astype(int).clip(0, width - 1)]


@dataclass
class Ball:
    """A sphere."""

    centre: Colour
    radius: float
    paint: Paint
    gloss: float = 0.0

    def hit(self, origin: Array, ray: Array) -> Array:
        """Return the distance along each ray, infinite where it misses."""
        away = origin - np.float32(self.centre)
        half = (away * ray).sum(1)
        root = half * half - (away * away).sum(1) + self.radius**2
        near = -half - np.sqrt(np.maximum(root, 0))
        return np.where((root > 0) & (near > _NEAR), near, np.inf)

    def normal(self, point: Array) -> Array:
        """Return the outward direction at each point."""
        return (point - np.float32(self.centre)) / self.radius

    def colour(self, point: Array) -> Array:
        """Return each point's colour."""
        return _painted(self.paint, point)


@dataclass
class Tube:
    """A cylinder between two points, without lids."""

    start: Colour
    end: Colour
    radius: float
    paint: Paint
    gloss: float = 0.0

    def hit(self, origin: Array, ray: Array) -> Array:
        """Return the distance along each ray, infinite where it misses."""
        axis, length = self._axis()
        away = origin - np.float32(self.start)
        across, aside = ray - np.outer(ray @ axis, axis), away - np.outer(away @ axis, axis)
        square = np.maximum((across * across).sum(1), 1e-9)
        half = (aside * across).sum(1)
        root = half * half - square * ((aside * aside).sum(1) - self.radius**2)
        near = (-half - np.sqrt(np.maximum(root, 0))) / square
        along = away @ axis + near * (ray @ axis)
        return np.where((root > 0) & (near > _NEAR) & (along > 0) & (along < length), near, np.inf)

    def normal(self, point: Array) -> Array:
        """Return the outward direction at each point."""
        axis, _ = self._axis()
        away = point - np.float32(self.start)
        return (away - np.outer(away @ axis, axis)) / self.radius

    def colour(self, point: Array) -> Array:
        """Return each point's colour."""
        return _painted(self.paint, point)

    def _axis(self) -> tuple[Array, float]:
        way = np.float32(self.end) - np.float32(self.start)
        length = float(np.sqrt((way * way).sum()))
        return way / length, length


Shape = Box | Ball | Tube


@dataclass
class Scene:
    """What stands before the camera. `lamp` is the middle of a square light of `spread` metres that faces down."""

    shapes: list[Shape]
    lamp: Colour
    eye: Colour
    target: Colour
    light: Colour = (1.0, 0.94, 0.84)
    power: float = 9.0
    spread: float = 0.9
    ambient: float = 0.16
    zoom: float = 1.3
    seed: int = 1
    glow: list[Shape] = field(default_factory=list)
    """Shapes that shine by themselves."""


def photograph(scene: Scene, width: int, height: int) -> Image.Image:
    """Return the scene as a camera of few pixels would take it: soft light, a little grain, darker corners."""
    taken = _Exposure(scene, 2 * width, 2 * height).developed()
    rows, columns = np.mgrid[-1 : 1 : height * 2j, -1 : 1 : width * 2j]
    taken *= (1 - 0.22 * (rows**2 + columns**2) / 2)[..., None]
    curve = taken * (2.51 * taken + 0.03) / (taken * (2.43 * taken + 0.59) + 0.14)
    picture = Image.fromarray((curve.clip(0, 1) ** (1 / 2.2) * 255).astype(np.uint8))
    small = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS), np.float32)
    grain = np.random.default_rng(scene.seed).normal(0, 1.1, (height, width, 1))
    return Image.fromarray((small + grain).clip(0, 255).astype(np.uint8))


class _Exposure:
    """The light that arrives at each pixel, summed over a few passes."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        self._scene = scene
        self._size = (height, width)
        self._random = np.random.default_rng(scene.seed)
        self._shapes = [*scene.shapes, *scene.glow]
        self._forward, self._right, self._up = _directions(scene)

    def developed(self) -> Array:
        first = self._rays()
        eye = np.zeros_like(first) + np.float32(self._scene.eye)
        distance, which = self._nearest(eye, first)
        point = eye + first * distance[:, None]
        normal, colour = self._surface(point, which)
        light = sum(self._gathered(point, normal, which, first) for _ in range(_PASSES)) / _PASSES
        shining = which >= len(self._scene.shapes)
        smooth = _averaged(light.reshape(*self._size, 3), which.reshape(self._size), normal.reshape(*self._size, 3))
        whole = colour * smooth.reshape(-1, 3)
        whole[shining] = colour[shining] * 1.6
        return whole.reshape(*self._size, 3)

    def _rays(self) -> Array:
        height, width = self._size
        rows, columns = np.mgrid[0:height, 0:width]
        side = max(width, height) / 2
        x, y = (columns + 0.5 - width / 2) / side, (height / 2 - rows - 0.5) / side
        rays = x[..., None] * self._right + y[..., None] * self._up + self._scene.zoom * self._forward
        return _unit(rays.reshape(-1, 3).astype(np.float32))

    def _nearest(self, origin: Array, ray: Array) -> tuple[Array, Array]:
        # Column by column: numpy takes a maximum across three columns five times as fast as along short rows.
        origin, ray = np.asfortranarray(origin), np.asfortranarray(ray)
        distance = np.full(len(ray), np.inf, np.float32)
        which = np.zeros(len(ray), int)
        for number, shape in enumerate(self._shapes):
            found = shape.hit(origin, ray)
            closer = found < distance
            distance[closer] = found[closer]
            which[closer] = number
        distance[~np.isfinite(distance)] = 50
        return distance, which

    def _surface(self, point: Array, which: Array) -> tuple[Array, Array]:
        normal, colour = np.zeros_like(point), np.zeros_like(point)
        for number, shape in enumerate(self._shapes):
            here = which == number
            if here.any():
                normal[here], colour[here] = shape.normal(point[here]), shape.colour(point[here])
        return normal, colour

    def _gathered(self, point: Array, normal: Array, which: Array, ray: Array) -> Array:
        """Return the light on each point: straight from the lamp, and by way of what stands around."""
        light = np.zeros_like(point)
        weight = np.ones_like(point)
        for bounce in range(_BOUNCES):
            light += weight * (self._from_lamp(point, normal) + self._scene.ambient)
            if bounce == _BOUNCES - 1:
                break
            ray = self._next_ray(normal, which, ray)
            origin = point + normal * _NEAR
            distance, which = self._nearest(origin, ray)
            point = origin + ray * distance[:, None]
            normal, colour = self._surface(point, which)
            weight = weight * colour
            light += weight * np.where(which >= len(self._scene.shapes), 0.5, 0.0)[:, None]
        return light

    def _from_lamp(self, point: Array, normal: Array) -> Array:
        scatter = np.zeros_like(point)
        scatter[:, [0, 2]] = (self._random.random((len(point), 2)) - 0.5) * self._scene.spread
        way = np.float32(self._scene.lamp) + scatter - point
        distance = np.sqrt((way * way).sum(1))
        ray = way / distance[:, None]
        blocked, _ = self._nearest(point + normal * _NEAR, ray)
        falls = np.maximum((normal * ray).sum(1), 0) * np.maximum(ray[:, 1], 0.12) / np.maximum(distance, 0.3) ** 2
        seen = falls * (blocked > distance - 0.05) * self._scene.power
        return seen[:, None] * np.float32(self._scene.light)

    def _next_ray(self, normal: Array, which: Array, ray: Array) -> Array:
        around = _unit(self._random.normal(size=normal.shape).astype(np.float32))
        matt = _unit(normal + around * 0.999)
        gloss = np.array([shape.gloss for shape in self._shapes], np.float32)[which]
        mirror = _unit(ray - 2 * (ray * normal).sum(1)[:, None] * normal + around * 0.06)
        shines = (self._random.random(len(normal)) < gloss) & ((mirror * normal).sum(1) > 0)
        return np.where(shines[:, None], mirror, matt)


def _averaged(light: Array, which: Array, normal: Array) -> Array:
    """Return the light without its noise: averaged over neighbours on the same surface."""
    total, weights = np.zeros_like(light), np.zeros(light.shape[:2], np.float32)
    for down in range(-_REACH, _REACH + 1):
        for across in range(-_REACH, _REACH + 1):
            moved = np.roll(light, (down, across), (0, 1))
            same = np.roll(which, (down, across), (0, 1)) == which
            alike = (np.roll(normal, (down, across), (0, 1)) * normal).sum(-1) > 0.97  # noqa: PLR2004 - 14 degrees
            weight = np.where(same & alike, np.exp(-(down**2 + across**2) / 18), 0).astype(np.float32)
            total += moved * weight[..., None]
            weights += weight
    return total / np.maximum(weights, 1e-6)[..., None]


def _directions(scene: Scene) -> tuple[Array, Array, Array]:
    forward = _unit(np.float32([scene.target])[0:1] - np.float32([scene.eye]))[0]
    right = _unit(np.cross([[0.0, 1.0, 0.0]], [forward]))[0]
    return forward, right, np.cross(forward, right)


def _unit(vectors: Array) -> Array:
    vectors = np.asfortranarray(vectors)
    return vectors / np.maximum(np.sqrt((vectors * vectors).sum(-1, keepdims=True)), 1e-9)


def _painted(paint: Paint, point: Array) -> Array:
    if callable(paint):
        return paint(point)
    return np.broadcast_to(np.float32(paint), point.shape)
