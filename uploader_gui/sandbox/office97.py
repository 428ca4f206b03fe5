"""An Excel 97 workbook and an Outlook message, each in a compound file. Called by `samples.py`."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from uploader_gui.sandbox.ole import compound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BOF, _EOF, _CODEPAGE, _WINDOW, _FONT, _XF, _STYLE, _BOUNDSHEET = 0x809, 0xA, 0x42, 0x3D, 0x31, 0xE0, 0x293, 0x85
_DIMENSIONS, _LABEL, _NUMBER, _SHEET_WINDOW = 0x200, 0x204, 0x203, 0x23E
_GLOBALS, _SHEET = 5, 0x10
_STYLE_FORMATS: Final = 15
_CELL_FORMAT: Final = 15

_UNICODE: Final = 0x001F
_INTEGER: Final = 0x0003
_READ_WRITE: Final = 6
_MESSAGE_CLASS, _SUBJECT, _BODY, _SENDER, _ADDRESS = 0x001A, 0x0037, 0x1000, 0x0C1A, 0x0C1F
_MESSAGE_FLAGS, _STORE_SUPPORT = 0x0E07, 0x340D
_UNICODE_STORE: Final = 0x00040000


def xls(name: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """Give an Excel 97 workbook ([MS-XLS]) of one sheet with these rows."""
    before = [_bof(_GLOBALS), _record(_CODEPAGE, struct.pack("<H", 1200)), *_look()]
    bound = len(_bound_sheet(name, 0)) + len(_record(_EOF))
    start = sum(map(len, before)) + bound
    return compound({"Workbook": b"".join([*before, _bound_sheet(name, start), _record(_EOF), _sheet(rows)])})


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind: int) -> bytes:
    return _record(_BOF, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def _look() -> Iterator[bytes]:
    """The window, fonts and formats without which Excel calls a workbook damaged."""
    yield _record(_WINDOW, struct.pack("<9H", 0, 0, 0x3A5C, 0x23BE, 0x38, 0, 0, 1, 600))
    for _ in range(5):
        yield _record(_FONT, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + _text(_BYTE, "Arial"))
    for number in range(_STYLE_FORMATS + 1):
        parent = 0xFFF5 if number < _STYLE_FORMATS else 0x0001
        yield _record(_XF, struct.pack("<HHHBBBBIIH", 0, 0, parent, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    yield _record(_STYLE, struct.pack("<HBB", 0x8000, 0, 0xFF))


_BYTE: Final = "<B"
_WORD: Final = "<H"


def _text(length: str, text: str) -> bytes:
    """A counted string in UTF-16; the count takes one byte or two."""
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def _bound_sheet(name: str, start: int) -> bytes:
    return _record(_BOUNDSHEET, struct.pack("<IH", start, 0) + _text(_BYTE, name))


def _sheet(rows: Sequence[Sequence[str | float]]) -> bytes:
    width = max(map(len, rows))
    cells = [_cell(row, column, value) for row, values in enumerate(rows) for column, value in enumerate(values)]
    size = _record(_DIMENSIONS, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    window = _record(_SHEET_WINDOW, struct.pack("<HHHIHHI", 0x06B6, 0, 0, 0x40, 0, 0, 0))
    return b"".join([_bof(_SHEET), size, *cells, window, _record(_EOF)])


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, _CELL_FORMAT)
    if isinstance(value, str):
        return _record(_LABEL, place + _text(_WORD, value))
    return _record(_NUMBER, place + struct.pack("<d", value))


def msg(subject: str, body: str, sender: tuple[str, str]) -> bytes:
    """Give an Outlook message ([MS-OXMSG]) from a sender's name and address."""
    texts = {_MESSAGE_CLASS: "IPM.Note", _SUBJECT: subject, _BODY: body, _SENDER: sender[0], _ADDRESS: sender[1]}
    streams = {f"__substg1.0_{tag:04X}{_UNICODE:04X}": text.encode("utf-16-le") for tag, text in texts.items()}
    names = {f"__substg1.0_{number:04X}0102": b"" for number in (2, 3, 4)}
    return compound({"__properties_version1.0": _properties(texts), "__nameid_version1.0": names, **streams})


def _properties(texts: Mapping[int, str]) -> bytes:
    lines = [
        struct.pack("<HHIII", _UNICODE, tag, _READ_WRITE, len(text.encode("utf-16-le")) + 2, 0)
        for tag, text in sorted(texts.items())
    ]
    numbers = {_MESSAGE_FLAGS: 1, _STORE_SUPPORT: _UNICODE_STORE}
    lines += [struct.pack("<HHIII", _INTEGER, tag, _READ_WRITE, value, 0) for tag, value in numbers.items()]
    return bytes(32) + b"".join(lines)
