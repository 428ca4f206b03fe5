"""Microsoft's compound file ([MS-CFB]), in which `office97.py` puts a workbook and a message.

Version 3: sectors of 512 bytes, small streams in sectors of 64 bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECTOR: Final = 512
_MINI_SECTOR: Final = 64
_MINI_LIMIT: Final = 4096
_END: Final = 0xFFFFFFFE
_FREE: Final = 0xFFFFFFFF
_FAT: Final = 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(slots=True)
class _Entry:
    """A line of the directory; the three links are numbers of lines."""

    name: str
    kind: int
    start: int = _END
    size: int = 0
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE

    def pack(self) -> bytes:
        name = f"{self.name}\0".encode("utf-16-le")
        links = struct.pack("<HBBIII", len(name), self.kind, 1, self.left, self.right, self.child)
        return name.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", self.start, self.size)


class _Sectors:
    """Sectors of one size, and the chain from each to the next."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.data = b""
        self.chain: list[int] = []

    def add(self, content: bytes) -> int:
        """Append a content and give its first sector."""
        if not content:
            return _END
        first, count = len(self.chain), -(-len(content) // self._size)
        self.data += content.ljust(count * self._size, b"\0")
        self.chain += [*range(first + 1, first + count), _END]
        return first


def compound(streams: Mapping[str, bytes | Mapping[str, bytes]]) -> bytes:
    """Give a compound file of these streams; a mapping in the place of bytes is a storage of further streams."""
    sectors, minis = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    directory = [_Entry("Root Entry", _ROOT)]
    directory[0].child = _add(streams, directory, sectors, minis)
    directory[0].start, directory[0].size = sectors.add(minis.data), len(minis.data)
    mini_fat = _packed(minis.chain)
    mini_start = sectors.add(mini_fat)
    lines = b"".join(entry.pack() for entry in directory)
    blank = bytes(68) + struct.pack("<III", _FREE, _FREE, _FREE) + bytes(48)
    directory_start = sectors.add(lines + blank * (-len(directory) % 4))
    return _header(sectors, directory_start, mini_start, len(mini_fat) // _SECTOR)


def _header(sectors: _Sectors, directory: int, mini_fat: int, mini_fat_sectors: int) -> bytes:
    """The file allocation table comes last; it has to hold its own sectors, at most 109 of them."""
    used = len(sectors.chain)
    count = -(-used // (_SECTOR // 4 - 1))
    table = _packed([*sectors.chain, *[_FAT] * count])
    where = [*range(used, used + count)] + [_FREE] * (109 - count)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIII", 0x3E, 3, 0xFFFE, 9, 6, 0, count, directory)
    header += struct.pack("<IIIIII", 0, _MINI_LIMIT, mini_fat, mini_fat_sectors, _END, 0)
    return header + struct.pack("<109I", *where) + sectors.data + table


def _packed(chain: Sequence[int]) -> bytes:
    table = struct.pack(f"<{len(chain)}I", *chain)
    return table.ljust(-(-len(table) // _SECTOR) * _SECTOR, b"\xff")


def _add(
    streams: Mapping[str, bytes | Mapping[str, bytes]],
    directory: list[_Entry],
    sectors: _Sectors,
    minis: _Sectors,
) -> int:
    """Add the entries of one storage and give the one at the top of their tree."""
    numbers = []
    # Shorter names come first ([MS-CFB] 2.6.4).
    for name in sorted(streams, key=lambda name: (len(name), name.upper())):
        content = streams[name]
        entry = _Entry(name, _STREAM if isinstance(content, bytes) else _STORAGE, 0)
        numbers.append(len(directory))
        directory.append(entry)
        if isinstance(content, bytes):
            entry.size = len(content)
            entry.start = (minis if len(content) < _MINI_LIMIT else sectors).add(content)
        else:
            entry.child = _add(content, directory, sectors, minis)
    return _balance(numbers, directory)


def _balance(numbers: Sequence[int], directory: list[_Entry]) -> int:
    if not numbers:
        return _FREE
    middle = len(numbers) // 2
    top = numbers[middle]
    directory[top].left = _balance(numbers[:middle], directory)
    directory[top].right = _balance(numbers[middle + 1 :], directory)
    return top
