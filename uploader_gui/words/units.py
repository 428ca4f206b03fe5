"""Sizes, speeds, percentages and durations in the language's form, with a no-break space before the unit."""

from __future__ import annotations

import math
from typing import Final

from uploader_gui.words.translation import localized, translate

NO_BREAK_SPACE: Final = "\u00a0"
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_THOUSAND: Final = 1000
_DECIMALS_BELOW: Final = 100
_MAKES_SENSE_UNTIL: Final = 30 * _DAY


def number(value: int) -> str:
    """Return a count with the language's grouping: `3,000`."""
    return localized(value)


def size(size_in_bytes: int) -> str:
    """Return a size in decimal units (k = 1000): `248 KB`, `3.4 MB`, `214 MB`."""
    if size_in_bytes < _THOUSAND:
        return _joined(number(size_in_bytes), translate("uploader", "B"))
    value, unit = _scaled(size_in_bytes)
    return _joined(value, unit)


def speed(bytes_per_second: float) -> str:
    """Return a speed: `2.1 MB/s`."""
    return translate("uploader", "%1/s").replace("%1", size(int(bytes_per_second)))


def percent(fraction: float) -> str:
    """Return a share of one as whole percent, never rounded up to 100 before it is there."""
    whole = 100 if fraction >= 1 else int(max(fraction, 0) * 100)
    return _joined(number(whole), "%")


def duration(seconds: float) -> str:
    """Return a rough duration: `40 s`, `2 min 30`, `1 h 20`, coarser the longer it is."""
    if seconds < _MINUTE - 3:  # 57 s and more read as a minute
        return _joined(number(_step(seconds, 5 if seconds > 10 else 1)), "s")  # noqa: PLR2004 -- below ten each second counts
    if seconds < _HOUR - _MINUTE / 2:
        return _pair(_step(seconds, 30 if seconds < 10 * _MINUTE else _MINUTE), _MINUTE, "min")
    return _pair(_step(min(seconds, _MAKES_SENSE_UNTIL), 10 * _MINUTE) // _MINUTE, _MINUTE, "h")


def countdown(seconds: float) -> str:
    """Return the whole seconds until something happens: `8 s`, `1 min 20`."""
    whole = max(0, math.ceil(seconds))
    return _joined(number(whole), "s") if whole < _MINUTE else _pair(whole, _MINUTE, "min")


def milliseconds(value: int) -> str:
    """Return a short wait: `14 ms`."""
    return _joined(number(value), "ms")


def lifetime(seconds: float) -> str:
    """Return how long a session lasts, rounded down: `2 h`, `40 min`."""
    if seconds >= _DAY:
        return _joined(number(int(seconds // _DAY)), translate("uploader", "d"))
    if seconds >= _HOUR:
        return _joined(number(int(seconds // _HOUR)), "h")
    return _joined(number(max(1, int(seconds // _MINUTE))), "min")


def _scaled(size_in_bytes: int) -> tuple[str, str]:
    kilo, mega, giga = size_in_bytes / 1e3, size_in_bytes / 1e6, size_in_bytes / 1e9
    if round(kilo) < _THOUSAND:
        return localized(kilo), translate("uploader", "KB")
    if round(mega) < _THOUSAND:
        return _one_decimal(mega), translate("uploader", "MB")
    return _one_decimal(giga), translate("uploader", "GB")


def _one_decimal(value: float) -> str:
    return localized(value, 0 if round(value, 1) >= _DECIMALS_BELOW else 1)


def _step(seconds: float, step: int) -> int:
    return max(1, round(seconds / step)) * step


def _pair(value: int, base: int, unit: str) -> str:
    """`2 min 30`: the smaller unit is left out."""
    large, small = divmod(value, base)
    first = _joined(number(large), unit)
    return f"{first}{NO_BREAK_SPACE}{small:02d}" if small else first


def _joined(value: str, unit: str) -> str:
    return f"{value}{NO_BREAK_SPACE}{unit}"
