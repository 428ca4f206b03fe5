"""Colour profiles for pictures that say their colours in numbers: HEIC's "nclx" (ITU-T H.273), BMP's header.

A JPEG says them by an ICC profile alone (ICC.1:2022), which is made here of the primaries, the white and the curve.
HDR curves (PQ, HLG) reach far beyond a JPEG's 8 bits: such a picture is brought into sRGB, its highlights compressed.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Matrix = tuple[tuple[float, ...], ...]
Point = tuple[float, float]
_UNKNOWN: Final = 2
_PQ: Final = 16
_HLG: Final = 18
_LINEAR: Final = 8
_GAMMAS: Final = {4: 2.2, 5: 2.8, _LINEAR: 1.0, 17: 2.6}
"""Transfer characteristics that are plain powers; the others that are not HDR are shown as sRGB is."""
_SRGB_NUMBERS: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_SRGB_CURVE: Final = struct.pack(">4sIHHiiiii", b"para", 0, 3, 0, *(round(v * 65536) for v in _SRGB_NUMBERS))
_D50: Final = (0.9642, 1.0, 0.8249)
_BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_REC_709: Final = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290))
_CLOSE: Final = 0.002
_VERSION: Final = 0x04300000
_CURVE_POINTS: Final = 4096
_WHITE_NITS: Final = 203.0
"""What paper is meant to have in an HDR picture (ITU-R BT.2408)."""
_KNEE: Final = 0.85
"""The share of white above which brighter light is compressed."""


@dataclass(frozen=True, slots=True)
class Colours:
    """How a picture's numbers are to be read. `is_hdr`: only after they were brought into sRGB."""

    profile: bytes
    is_hdr: bool = False


def from_nclx(nclx: Mapping[str, Any]) -> Colours | None:
    """Return the colours that a HEIC tells in numbers, None where they are sRGB."""
    transfer = int(nclx.get("transfer_characteristics", _UNKNOWN))
    points = _REC_709 if nclx.get("color_primaries", _UNKNOWN) == _UNKNOWN else _points(nclx)
    if not is_sane(points):
        return None
    if transfer in {_PQ, _HLG}:
        return Colours(matrix_profile(points, _table(_pq if transfer == _PQ else _hlg)), is_hdr=True)
    gamma = _GAMMAS.get(transfer)
    if gamma is None and all(math.dist(one, known) < _CLOSE for one, known in zip(points, _REC_709, strict=True)):
        return None
    return Colours(matrix_profile(points, _SRGB_CURVE if gamma is None else gamma_curve(gamma)))


def matrix_profile(points: Sequence[Point], *curves: bytes) -> bytes:
    """Return an ICC profile with these chromaticities (red, green, blue, white) and one curve, or three."""
    adapt = _adaptation(_xyz(points[3]))
    columns = _columns(points)
    adapted = [_times(adapt, column) for column in columns]
    red, green, blue = curves if len(curves) > 1 else curves * 3
    tags = {
        b"desc": _text("colours as stored"),
        b"cprt": _text("no copyright"),
        b"wtpt": _numbers(b"XYZ ", _D50),
        b"chad": _numbers(b"sf32", [value for row in adapt for value in row]),
        **{name: _numbers(b"XYZ ", xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), adapted, strict=True)},
        b"rTRC": red,
        b"gTRC": green,
        b"bTRC": blue,
    }
    return _assembled(tags)


def gamma_curve(gamma: float) -> bytes:
    """Return a power as ICC writes it ("parametricCurveType")."""
    return struct.pack(">4sIHHi", b"para", 0, 0, 0, round(gamma * 65536))


def _points(nclx: Mapping[str, Any]) -> tuple[Point, ...]:
    return tuple(
        (float(nclx.get(f"color_primary_{name}_x", 0)), float(nclx.get(f"color_primary_{name}_y", 0)))
        for name in ("red", "green", "blue", "white")
    )


def is_sane(points: Sequence[Point]) -> bool:
    """Return whether chromaticities span colours."""
    (rx, ry), (gx, gy), (bx, by), _ = points
    area = (gx - rx) * (by - ry) - (bx - rx) * (gy - ry)
    return all(0 <= x < 1 and 0 < y <= 1 for x, y in points) and abs(area) > _CLOSE


def _table(linear: Callable[[float], float]) -> bytes:
    """Return a curve of many points from a signal's share to a share of white, highlights compressed."""
    light = (_compressed(linear(number / (_CURVE_POINTS - 1)) / _WHITE_NITS) for number in range(_CURVE_POINTS))
    return struct.pack(f">4sII{_CURVE_POINTS}H", b"curv", 0, _CURVE_POINTS, *(round(value * 65535) for value in light))


def _compressed(light: float) -> float:
    return light if light <= _KNEE else 1 - (1 - _KNEE) * math.exp((_KNEE - light) / (1 - _KNEE))


def _pq(signal: float) -> float:
    """Return the candelas per square metre of a PQ signal (SMPTE ST 2084)."""
    power = signal ** (32 / 2523)
    return float(10_000 * (max(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (8192 / 1305))


def _hlg(signal: float) -> float:
    """Return the candelas per square metre of an HLG signal, on a screen that reaches 1,000 (ITU-R BT.2100)."""
    scene = signal**2 / 3 if signal <= 0.5 else (math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12  # noqa: PLR2004 - the standard's
    return float(1000 * scene**1.2)


def _columns(points: Sequence[Point]) -> list[tuple[float, ...]]:
    """Return the XYZ of full red, green and blue, which together make the white."""
    primaries = [_xyz(point) for point in points[:3]]
    rows = tuple(zip(*primaries, strict=True))
    shares = _times(_inverse(rows), _xyz(points[3]))
    return [tuple(value * share for value in one) for one, share in zip(primaries, shares, strict=True)]


def _xyz(point: Point) -> tuple[float, float, float]:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _adaptation(white: Sequence[float]) -> Matrix:
    """Return the matrix that adapts XYZ colours from this white to ICC's, D50 (Bradford)."""
    here, there = _times(_BRADFORD, white), _times(_BRADFORD, _D50)
    scaled = tuple(tuple(value * t / h for value in row) for row, h, t in zip(_BRADFORD, here, there, strict=True))
    back = _inverse(_BRADFORD)
    return tuple(
        tuple(sum(back[row][k] * scaled[k][column] for k in range(3)) for column in range(3)) for row in range(3)
    )


def _times(matrix: Matrix, vector: Sequence[float]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    cofactors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return tuple(tuple(value / determinant for value in row) for row in cofactors)


def _numbers(kind: bytes, values: Sequence[float]) -> bytes:
    return struct.pack(f">4sI{len(values)}i", kind, 0, *(round(value * 65536) for value in values))


def _text(words: str) -> bytes:
    encoded = words.encode("utf-16-be")
    return struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _assembled(tags: Mapping[bytes, bytes]) -> bytes:
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4xI4s4s4s12x4s", at + len(body), _VERSION, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    light = struct.pack(">iii", *(round(value * 65536) for value in _D50))
    return (head.ljust(68, b"\0") + light).ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
