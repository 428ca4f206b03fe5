"""Compares files with a receipt: which of them are still, byte for byte, what the receipt says.

The guide's page "receipt-format" defines receipt and checksum; a program written from it alone finds the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.intake.scan import Junk, findings_below, is_receipt
from uploader_gui.engine.models import Source
from uploader_gui.engine.receipt import CHECKSUM, SCHEMA, checksum
from uploader_gui.engine.system_words import system_words
from uploader_gui.engine.windows_paths import reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

MAX_RECEIPT_BYTES: Final = 256 * 1024 * 1024
"""A receipt of 100,000 files has about 60 MB."""


class ReceiptUnreadable(Exception):
    """The file is no receipt of this program, or cannot be read; the text says why, in English."""


class Verdict(StrEnum):
    """What the comparison of one file found."""

    EQUAL = "equal"
    CHANGED = "changed"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    NOT_LISTED = "not on it"
    NOT_ON_DISK = "was not on disk"
    NO_CHECKSUM = "no checksum"
    """The receipt has no SHA-256 of it, as it was not sent."""


COUNTS_AGAINST: Final = frozenset({Verdict.CHANGED, Verdict.MISSING, Verdict.UNREADABLE, Verdict.NOT_LISTED})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the result: a path (on the receipt, or found beside it), and what was found."""

    path: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """A receipt as it was read.

    Attributes:
        content: its JSON object.
        intact: whether its own checksum is right; None where it never had one (versions before 0.2). One that has the
            fields of later versions without a checksum was changed.
    """

    content: dict[str, Any]
    intact: bool | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file as the receipt describes it.

    Attributes:
        path: or its name, where it was not on disk.
        sums: the SHA-256 it may have: the original's, and that of what was sent in its place.
    """

    path: str
    on_disk: bool
    sums: frozenset[str]


def read_receipt(path: Path) -> CheckedReceipt:
    """Return the receipt in a file.

    Raises:
        ReceiptUnreadable: it is not a receipt, or cannot be read.
    """
    try:
        if not path.is_file() and path.exists():  # a pipe would block
            raise ReceiptUnreadable("it is no file")
        with path.open("rb") as file:
            text = file.read(MAX_RECEIPT_BYTES)
    except OSError as error:
        raise ReceiptUnreadable(system_words(error)) from error
    except ValueError as error:
        raise ReceiptUnreadable(str(error)) from error
    try:
        content = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_without_doubles, parse_constant=_no_constant)
        _check_form(content)
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError) as error:
        raise ReceiptUnreadable("it is no receipt of this program") from error
    stated = content.get(CHECKSUM)
    if stated is None and "utc_offset" not in content:
        return CheckedReceipt(content, None)
    return CheckedReceipt(content, stated == checksum(content))


def compare(
    receipt: CheckedReceipt, paths: Sequence[Path], leave_out: Path, check: Callable[[], None] = lambda: None
) -> Iterator[Comparison]:
    """Yield a line per file of the receipt, in its order, then those found that it does not list. Blocks.

    Without `paths` the files are looked for where the receipt says. `leave_out` is the receipt's own file.
    `check` is called before each file is read; what it raises ends the comparison.
    """
    entries = [_entry(file) for file in receipt.content["files"]]
    sums = _Sums(check)
    if not paths:
        yield from (Comparison(entry.path, _verdict(entry, _in_place(entry), sums)) for entry in entries)
        return
    found = _found_below(paths, leave_out)
    pairing = _Pairing(entries, found, sums)
    for index, entry in enumerate(entries):
        yield Comparison(entry.path, _verdict(entry, pairing.pairs.get(index), sums))
    yield from (Comparison(str(path), Verdict.NOT_LISTED) for path in pairing.left)


def all_equal(verdicts: Sequence[Verdict]) -> bool:
    """Return whether nothing speaks against it: at least one file is equal, and none differs, lacks or was added."""
    return Verdict.EQUAL in verdicts and not COUNTS_AGAINST.intersection(verdicts)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a name that stands twice would mean one thing to us and another to other readers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _check_form(content: object) -> None:
    """Raise one of the errors of a wrong type unless this is a receipt of schema 1."""
    if (
        not isinstance(content, dict)
        or content["schema"] != SCHEMA
        or not content["program"].startswith("uploader-gui ")
    ):
        raise ValueError
    for file in content["files"]:
        original = file.get("original") or {"name": "", "sha256": None}
        texts = [file["name"], file["state"], file.get("path", ""), original["name"]]
        if not all(isinstance(one, str) for one in (*texts, file["sha256"] or "", original["sha256"] or "")):
            raise TypeError


def _entry(file: Mapping[str, Any]) -> _Entry:
    original = file.get("original") or {"name": file["name"], "sha256": None}
    path = _path(file)
    sums = frozenset(filter(None, [file["sha256"], original["sha256"]]))
    return _Entry(path or original["name"], bool(path), sums)


def _path(file: Mapping[str, Any]) -> str:
    """Return a file's path; one that is no text stands there as bytes, too, for the system it comes from."""
    raw = file.get("path_bytes")
    if isinstance(raw, str) and re.fullmatch(r"([0-9a-f]{2})+", raw):  # `fromhex` alone would skip blanks
        return os.fsdecode(bytes.fromhex(raw))
    return str(file.get("path", ""))


def _in_place(entry: _Entry) -> Path | None:
    return Path(entry.path) if entry.on_disk else None


def _found_below(paths: Sequence[Path], leave_out: Path) -> list[Path]:
    """Return every file at or below the paths, as a drop would take them: no junk, no receipts, none twice."""
    found = (one for path in paths for one in findings_below(Path(os.path.abspath(path))))  # noqa: PTH100 - see `scan`
    files = dict.fromkeys(
        (one if isinstance(one, Source) else one.source).path for one in found if not isinstance(one, Junk)
    )
    return [path for path in files if _exists(path) and not _is_receipt(path, leave_out)]


def _exists(path: Path) -> bool:
    return os.path.isfile(reachable(path))  # noqa: PTH113 - a Path raises what it cannot look at


def _is_receipt(path: Path, leave_out: Path) -> bool:
    try:
        return reachable(path).samefile(reachable(leave_out)) or is_receipt(reachable(path))
    except OSError:
        return False


class _Pairing:
    """Finds for each entry (by index, in `pairs`) the file that stands for it; `left` are the files of no entry.

    The same path comes first, then the same bytes, then the same name; of several the longest common end of the paths.
    """

    def __init__(self, entries: Sequence[_Entry], found: Sequence[Path], sums: _Sums) -> None:
        self._entries = entries
        self.pairs: dict[int, Path] = {}
        self.left = dict.fromkeys(found)
        self._pair(lambda entry: {entry.path}, str)
        self._pair(lambda entry: entry.sums, sums.of)
        self._pair(lambda entry: {_name(entry.path)}, lambda path: _name(str(path)))

    def _pair(self, keys: Callable[[_Entry], Collection[str]], key: Callable[[Path], str | None]) -> None:
        waiting: dict[str | None, list[int]] = {}
        for index, entry in enumerate(self._entries):
            for one in keys(entry) if index not in self.pairs else ():
                waiting.setdefault(one, []).append(index)
        for path in list(self.left) if waiting else ():
            indexes = [index for index in waiting.get(key(path), ()) if index not in self.pairs]
            if indexes:
                best = max(indexes, key=lambda index: _common_parts(self._entries[index].path, str(path)))
                self.pairs[best] = path
                del self.left[path]


def _parts(path: str) -> tuple[str, ...]:
    """Return the parts of a path of any system, to compare them: a receipt may be checked on another one.

    macOS stores accents apart from their letters, and copies to and from Windows change upper and lower case.
    """
    text = unicodedata.normalize("NFC", path).casefold()
    return (PureWindowsPath(text) if PureWindowsPath(text).drive else PurePosixPath(text)).parts


def _name(path: str) -> str:
    return _parts(path)[-1] if _parts(path) else ""


def _common_parts(one: str, other: str) -> int:
    """Return how many parts two paths have in common, counted from the end."""
    pairs = zip(reversed(_parts(one)), reversed(_parts(other)), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _verdict(entry: _Entry, place: Path | None, sums: _Sums) -> Verdict:
    if not entry.sums:
        return Verdict.NO_CHECKSUM
    if place is None:
        return Verdict.MISSING if entry.on_disk else Verdict.NOT_ON_DISK
    if not os.path.lexists(reachable(place)):
        return Verdict.MISSING
    digest = sums.of(place)
    if digest is None:
        return Verdict.UNREADABLE
    return Verdict.EQUAL if digest in entry.sums else Verdict.CHANGED


class _Sums:
    """SHA-256 of files, each read once."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._known: dict[Path, str | None] = {}

    def of(self, path: Path) -> str | None:
        """Return the SHA-256 of a file in hex; None where it cannot be read, or is no regular file."""
        if path not in self._known:
            self._check()
            try:
                self._known[path] = _hash(reachable(path))
            except (OSError, ValueError):
                self._known[path] = None
        return self._known[path]


def _hash(path: Path) -> str | None:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would block
        return None
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
