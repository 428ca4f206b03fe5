"""The language of the program: sentences, plural forms, numbers, sizes and durations; without Qt.

A sentence stands in English where it is shown, as a literal in a call that `packaging/update_translations.py` finds:

- `_("Close")`, `_("Anomaly {number}", number=…)`: the sentence now
- `ngettext("{count} file", "{count} files", count)`: the form for that count, which is filled in
- `N_("Close")`, `NN_("{count} file", "{count} files")`: only marked, for tables; shown later by `_(…)`, `ngettext(*…)`
- `NC_("filter", "Failed")`, `NNC_(…)`: the same for a word whose translation differs by context
"""

from __future__ import annotations

import logging
import math
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import gettext as standard
    from collections.abc import Iterator

log = logging.getLogger(__name__)

SYSTEM: Final = "system"
FRENCH: Final = "fr"
ENGLISH: Final = "en"
CATALOGUE: Final = f"locale/{FRENCH}/LC_MESSAGES/uploader.mo"
"""The resource with the French sentences; the English ones are in the code."""
NO_BREAK_SPACE: Final = "\u00a0"
_CONTEXT_END: Final = "\x04"
"""What a catalogue has between a context and its sentence."""
_NEAREST: Final = str.maketrans("\u202f·–’°“”«»", f"{NO_BREAK_SPACE}--'o" + 4 * '"')
"""For characters that an encoding may lack; of others the accents are left out."""
_MARKS: Final = {ENGLISH: (",", "."), FRENCH: ("\u202f", ",")}
"""Language -> what groups thousands, and the decimal mark."""
_FRENCH_WINDOWS: Final = 0x0C
"""Windows' number of the language, without the country."""

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_THOUSAND: Final = 1000
_DECIMALS_BELOW: Final = 100
_MAKES_SENSE_UNTIL: Final = 30 * _DAY


class _Spoken:
    """The language in use. One for the whole process, as with Qt's own translators."""

    language = ENGLISH
    catalogue: standard.NullTranslations | None = None
    encoding = ""


def use_language(chosen: str, encoding: str = "") -> str:
    """Speak a value of the setting `language` from now on; return the language, "en" or "fr".

    `encoding` is that of the terminal the sentences are for, "" where all characters can be shown.
    """
    _Spoken.encoding = encoding
    language = system_language() if chosen == SYSTEM else chosen
    if language != _Spoken.language:
        _Spoken.catalogue = None if language == ENGLISH else _catalogue()
        _Spoken.language = language
    return language


@contextmanager
def written_in(encoding: str) -> Iterator[None]:
    """Write sentences for a terminal of this encoding meanwhile, whatever they were for before."""
    before, _Spoken.encoding = _Spoken.encoding, encoding
    try:
        yield
    finally:
        _Spoken.encoding = before


def language_in_use() -> str:
    """Return the language in use, "en" or "fr"."""
    return _Spoken.language


def _catalogue() -> standard.NullTranslations | None:
    """Return the French catalogue, None where it cannot be read: everything is said in English then."""
    import gettext as standard  # noqa: PLC0415 - English does without

    from uploader_gui.paths import find_resource  # noqa: PLC0415 - paths has sentences of its own

    try:
        with find_resource(CATALOGUE).open("rb") as file:
            return standard.GNUTranslations(file)
    except Exception as error:  # noqa: BLE001 - a damaged file raises struct.error, UnicodeError, ValueError and more
        log.warning("the translation %s cannot be used: %s", CATALOGUE, error)
        return None


def system_language() -> str:
    """Return the language of the system's own windows, as far as this program speaks it."""
    return FRENCH if _first_of_system().lower().startswith("fr") else ENGLISH


def _first_of_system() -> str:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only here

        language = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return FRENCH if language & 0x3FF == _FRENCH_WINDOWS else ENGLISH
    if sys.platform == "darwin":
        return _first_of_mac()
    # POSIX, "Internationalization Variables"; LANGUAGE is GNU's, a list with colons
    told = (os.environ.get(name, "").lstrip(":") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, told), "")


def _first_of_mac() -> str:
    """Return the first of the preferred languages, as System Settings keep them."""
    import plistlib  # noqa: PLC0415 - only there
    from pathlib import Path  # noqa: PLC0415 - as above

    try:
        with (Path.home() / "Library/Preferences/.GlobalPreferences.plist").open("rb") as file:
            return str(plistlib.load(file)["AppleLanguages"][0])
    except (OSError, ValueError, LookupError, TypeError, RuntimeError):
        return os.environ.get("LANG", "")


def _(sentence: str, **values: str) -> str:
    """Return the sentence in the language in use, with values in its places {name}."""
    told = sentence
    if _Spoken.catalogue is not None and sentence:  # "" would be the catalogue's header
        told = _Spoken.catalogue.gettext(sentence)
    if told is sentence:
        told = sentence.rpartition(_CONTEXT_END)[2]
    told = writable(told)
    return told.format_map(values) if values else told


def ngettext(singular: str, plural: str, count: int, **values: str) -> str:
    """Return the form for that count, with the count in its place {count} and values in theirs."""
    told = singular if count == 1 else plural
    if _Spoken.catalogue is not None:
        told = _Spoken.catalogue.ngettext(singular, plural, count)
    return writable(told.rpartition(_CONTEXT_END)[2]).format(count=number(count), **values)


def writable(text: str) -> str:
    """Return words with the nearest characters that the terminal has: e for é. Never for names, which tell files apart.

    What is put into a sentence's places stays as it is.
    """
    if not _Spoken.encoding:
        return text
    try:
        text.encode(_Spoken.encoding)
    except UnicodeEncodeError:
        return "".join(map(_nearest, text))
    return text


def _nearest(character: str) -> str:
    import unicodedata  # noqa: PLC0415 - seldom needed

    near = character.translate(_NEAREST)
    plain = unicodedata.normalize("NFKD", near).encode("ascii", "ignore").decode()
    return next((one for one in (character, near, plain) if one.encode(_Spoken.encoding, "ignore")), "?")


def N_(sentence: str) -> str:  # noqa: N802 - gettext's name for it
    """Mark a sentence that `_` shows later."""
    return sentence


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as above
    """Mark a sentence with a count that `ngettext` shows later."""
    return singular, plural


def NC_(context: str, sentence: str) -> str:  # noqa: N802 - GLib's name for it
    """Mark a sentence that `_` shows later, and whose translation depends on its context."""
    return f"{context}{_CONTEXT_END}{sentence}"


def NNC_(context: str, singular: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as above
    """Mark a sentence with a count, likewise."""
    return f"{context}{_CONTEXT_END}{singular}", plural


def decimal(value: float, decimals: int = 0) -> str:
    """Return a number with its thousands grouped: `3,000`, `1,234.5`."""
    group, mark = _MARKS[_Spoken.language]
    return writable(f"{value:,.{decimals}f}".replace(".", "\0").replace(",", group).replace("\0", mark))


def number(value: int) -> str:
    """Return a count with the language's grouping: `3,000`."""
    return decimal(value)


def size(size_in_bytes: int) -> str:
    """Return a size in decimal units (k = 1000): `248 KB`, `3.4 MB`, `214 MB`."""
    if size_in_bytes < _THOUSAND:
        return _joined(number(size_in_bytes), _("B"))
    value, unit = _scaled(size_in_bytes)
    return _joined(value, unit)


def bytes_exactly(count: int) -> str:
    """Return a size to the byte: `3,400,012 B`."""
    return _joined(number(count), _("B"))


def speed(bytes_per_second: float) -> str:
    """Return a speed: `2.1 MB/s`."""
    return _("{size}/s", size=size(int(bytes_per_second)))


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
        return _joined(number(int(seconds // _DAY)), _("d"))
    if seconds >= _HOUR:
        return _joined(number(int(seconds // _HOUR)), "h")
    return _joined(number(max(1, int(seconds // _MINUTE))), "min")


def _scaled(size_in_bytes: int) -> tuple[str, str]:
    kilo, mega, giga = size_in_bytes / 1e3, size_in_bytes / 1e6, size_in_bytes / 1e9
    if round(kilo) < _THOUSAND:
        return decimal(kilo), _("KB")
    if round(mega) < _THOUSAND:
        return _one_decimal(mega), _("MB")
    return _one_decimal(giga), _("GB")


def _one_decimal(value: float) -> str:
    return decimal(value, 0 if round(value, 1) >= _DECIMALS_BELOW else 1)


def _step(seconds: float, step: int) -> int:
    return max(1, round(seconds / step)) * step


def _pair(value: int, base: int, unit: str) -> str:
    """`2 min 30`: the smaller unit is left out."""
    large, small = divmod(value, base)
    first = _joined(number(large), unit)
    return _joined(first, f"{small:02d}") if small else first


def _joined(value: str, unit: str) -> str:
    return writable(f"{value}{NO_BREAK_SPACE}{unit}")
