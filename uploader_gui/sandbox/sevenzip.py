"""A 7z archive of stored files, without compression. Called by `samples.py`.

Source: 7-Zip's own description, "7zFormat.txt" (DOC folder of its source).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNATURE: Final = b"7z\xbc\xaf\x27\x1c\0\x04"
_END, _HEADER, _STREAMS, _FILES, _PACKED, _UNPACKED, _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _UNPACK_SIZE, _COUNT = (
    bytes((number,)) for number in (0x00, 0x01, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D)
)
_NAMES: Final = b"\x11"
_ALL_DEFINED: Final = b"\x01"
_INSIDE: Final = b"\x00"
_ONE_COPY_CODER: Final = b"\x01\x01\x00"


def seven_zip(files: Mapping[str, bytes]) -> bytes:
    """Give an archive of two or more files, by their names inside.

    Raises:
        ValueError: fewer than two files; a single one is described differently.
    """
    if len(files) < 2:  # noqa: PLR2004 - two, as the sentence says
        raise ValueError(len(files))
    packed = b"".join(files.values())
    header = _HEADER + _streams(files) + _file_names(files) + _END
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return _SIGNATURE + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def _streams(files: Mapping[str, bytes]) -> bytes:
    """One packed stream, one folder that copies it, cut into the files by their sizes."""
    sizes = [len(content) for content in files.values()]
    total = _number(sum(sizes))
    pack = _PACKED + _number(0) + _number(1) + _SIZE + total + _END
    folder = _UNPACKED + _FOLDER + _number(1) + _INSIDE + _ONE_COPY_CODER + _UNPACK_SIZE + total + _END
    # The last size is what remains of the whole.
    cuts = _COUNT + _number(len(sizes)) + _SIZE + b"".join(map(_number, sizes[:-1]))
    sums = _CRC + _ALL_DEFINED + b"".join(struct.pack("<I", zlib.crc32(content)) for content in files.values())
    return _STREAMS + pack + folder + _SUBSTREAMS + cuts + sums + _END + _END


def _file_names(files: Mapping[str, bytes]) -> bytes:
    names = _INSIDE + b"".join(f"{name}\0".encode("utf-16-le") for name in files)
    return _FILES + _number(len(files)) + _NAMES + _number(len(names)) + names + _END


def _number(value: int) -> bytes:
    """7-Zip's own number: as many leading ones in the first byte as bytes follow, lowest byte first."""
    for extra in range(8):
        if value < 1 << 7 * (extra + 1):
            first = (0xFF00 >> extra) & 0xFF | value >> 8 * extra
            return bytes((first,)) + (value & ((1 << 8 * extra) - 1)).to_bytes(extra, "little")
    return b"\xff" + value.to_bytes(8, "little")
