"""Which TIFFs Pillow is known to decode rightly; of others it makes a wrong picture without an error.

Each kind let through was compared with the picture it is meant to show (`tests/engine/test_tiffs.py`). In the
decoder's process. Tags: TIFF 6.0, Adobe's supplements.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImagePalette
from PIL.TiffImagePlugin import II, MM, OPEN_INFO, ImageFileDirectory_v2

from uploader_gui.engine.errors import BrokenPicture, CannotConvert
from uploader_gui.engine.pictures import exif
from uploader_gui.engine.pictures.messages import MISSING, TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOO_DEEP: Final = "its pixels have more than 16 bits"
UNUSUAL: Final = "its pixels are stored in an unusual way"
_WIDTH, _HEIGHT = 256, 257
_BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _SAMPLES, _PLANAR, _COLOR_MAP, _INK_SET, _EXTRA, _FORMAT, _PREDICTOR = (
    *(258, 259, 262, 266, 277, 284, 320),
    *(332, 338, 339, 317),
)
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _INKS, _YCBCR, _LAB = 0, 1, 2, 3, 5, 6, 8
_BIG_ENDIAN_BIGTIFF: Final = b"MM\0+"
_PLAIN: Final = 1
_JPEG: Final = 7
_COMPRESSIONS: Final = frozenset({_PLAIN, 2, 3, 4, 5, _JPEG, 8, 32773, 32946, 50000})
"""None, three of fax, LZW, JPEG, Deflate by both numbers, PackBits, Zstandard."""
_WITH_PREDICTOR: Final = frozenset({5, 8, 32946, 50000})
"""The compressions that add up the differences between neighbours, where the tag says so (TIFF 6.0, section 14)."""
_DEFLATE: Final = frozenset({8, 32946})
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325
_PIXEL_TAGS: Final = frozenset({_BITS, _COLOR_MAP, _EXTRA, _FORMAT, _STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES, 347})
"""Tags with values that may lie anywhere in the file; the last one holds tables of JPEG."""
_OF_PIXELS: Final = frozenset(
    {254, 256, 257, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _STRIPS, _SAMPLES, 278, _STRIP_BYTES, _PLANAR, 292}
    | {293, _PREDICTOR, _COLOR_MAP, 322, 323, _TILES, _TILE_BYTES, _INK_SET, _EXTRA, _FORMAT, 347, 529, 530, 531, 532}
    | {330, 34675, 50706}
)
"""What pages consist of, and what tells that a picture is another one's preview, or is in other colours."""
_PLACES: Final = ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES))
_INFLATE_BYTES: Final = 1 << 20
_SPARE_BYTES: Final = 16_000_000
"""How many more may be inflated than a picture has: the last strips and tiles reach beyond it."""
_DEPTHS: Final[Mapping[int, frozenset[int]]] = {
    _WHITE_IS_ZERO: frozenset({1, 2, 4, 8, 16}),
    _BLACK_IS_ZERO: frozenset({1, 2, 4, 8, 16}),
    _RGB: frozenset({8, 16}),
    _PALETTE: frozenset({1, 2, 4, 8}),
    _INKS: frozenset({8, 16}),
    _YCBCR: frozenset({8}),
    _LAB: frozenset({8}),
}
_CHANNELS: Final = {_RGB: 3, _INKS: 4, _YCBCR: 3, _LAB: 3}
_EIGHT: Final = 8
_SIXTEEN: Final = 16
_SEPARATE: Final = 2
_REVERSED: Final = 2
_SUBFILE: Final = 254
_WITH_OPACITY: Final = 4
_OPACITIES: Final = frozenset({1, 2})
"""Of ExtraSamples; 0 is something else."""
_SUB_IFDS: Final = 330
_MAX_SUB_IFDS: Final = 32
"""How many of them are looked at; a pyramid of smaller versions has fewer."""
_RAW_PHOTO: Final = 50706
_TILE_WIDTH: Final = 322
_TWELVE: Final = 12
_PAIRS: Final = "RGBA"
"""The mode in which Pillow is told to load grey and opacity of 16 bits: four bytes for a pixel."""
_LAYOUTS: Final[dict[Any, tuple[str, str]]] = {
    (MM, _WHITE_IS_ZERO, (1,), 1, (16,), ()): ("I;16", "I;16B"),
    (MM, _BLACK_IS_ZERO, (1,), 1, (_TWELVE,), ()): ("I;16", "I;12"),
    **{(at, _BLACK_IS_ZERO, (1,), 1, (16, 16), (extra,)): (_PAIRS, "RGBA") for at in (II, MM) for extra in (1, 2)},
}
"""What Pillow's table lacks: byte order, kind, format, order of bits, depths, extra samples -> mode, mode inside."""
_REDUCED: Final = 1
_MASK: Final = 4
_TRANSPARENCY_MASK: Final = 4
_OLD_SUBFILE: Final = 255
_OLD_REDUCED: Final = 2


def is_tiff(content: bytes) -> bool:
    """Whether a file begins as TIFF and BigTIFF do."""
    return content[:4] in {b"II*\0", b"MM\0*", b"II+\0", _BIG_ENDIAN_BIGTIFF}


def teach_pillow() -> None:
    """Add to Pillow's table of TIFFs what it can decode and does not know of."""
    OPEN_INFO.update(_LAYOUTS)


def check(content: bytes) -> None:
    """Check how the first page stores its pixels.

    Raises:
        CannotConvert: in a way that Pillow does not decode rightly.
        BrokenPicture, zlib.error: a part is missing, or does not match its checksum.
    """
    if content.startswith(_BIG_ENDIAN_BIGTIFF):
        raise CannotConvert(UNUSUAL)
    tags = next(_directories(content))
    bits, photometric = _values(tags, _BITS, 1), tags.get(_PHOTOMETRIC, _WHITE_IS_ZERO)
    if max(bits) > _SIXTEEN:
        raise CannotConvert(TOO_DEEP)
    if not (_is_known(tags, bits, photometric) and _is_laid_out_plainly(tags, bits, photometric)):
        raise CannotConvert(UNUSUAL)
    if tags.get(_COMPRESSION) in _DEFLATE:
        _check_checksums(content, tags)


def pages(content: bytes) -> int:
    """Return the number of pictures, without masks and smaller versions of the first (TIFF 6.0, "NewSubfileType")."""
    return sum(
        (number == 0 or not _is_beside(tags)) + _further_pictures(content, tags)
        for number, tags in enumerate(_directories(content))
    )


def _further_pictures(content: bytes, tags: Mapping[int, Any]) -> int:
    """Return the number of pictures in directories beside a page; smaller versions and masks do not count."""
    offsets = _values(tags, _SUB_IFDS, 0) if _SUB_IFDS in tags else ()
    unseen = max(0, len(offsets) - _MAX_SUB_IFDS)
    return unseen + sum(_is_picture(content, at) for at in offsets[:_MAX_SUB_IFDS])


def is_cut(content: bytes) -> bool:
    """Return whether pixels of some page lie beyond the file's end; of a big-endian BigTIFF, of the first page."""
    if content.startswith(_BIG_ENDIAN_BIGTIFF):
        found = exif.read(content)
        return found is not None and _is_beyond(content, found, found.first)
    return any(
        start + size > len(content)
        for tags in _directories(content)
        for offsets, counts in _PLACES
        for start, size in zip(_values(tags, offsets, 0), _values(tags, counts, 0), strict=False)
    )


def _is_beyond(content: bytes, found: exif.Directories, own: dict[int, exif.Value]) -> bool:
    return any(
        start + size > len(content)
        for offsets, counts in _PLACES
        if offsets in own and counts in own
        for start, size in zip(found.numbers(own[offsets]), found.numbers(own[counts]), strict=False)
    )


def _is_beside(tags: Mapping[int, Any]) -> bool:
    return bool(
        tags.get(_SUBFILE, 0) & (_MASK | _REDUCED)
        or tags.get(_OLD_SUBFILE) == _OLD_REDUCED
        or tags.get(_PHOTOMETRIC) == _TRANSPARENCY_MASK
    )


def _directories(content: bytes) -> Iterator[ImageFileDirectory_v2]:
    """Yield the tags of each page."""
    tags = ImageFileDirectory_v2(content[: 16 if content.startswith(b"II+") else 8])
    seen = set[int]()
    while tags.next and tags.next not in seen:
        seen.add(tags.next)
        _load(content, tags, tags.next)
        yield tags


def _load(content: bytes, tags: ImageFileDirectory_v2, at: int) -> None:
    named, file = _tags_named_in(content, at), io.BytesIO(content)
    file.seek(at)
    tags.load(file)
    if not named & _PIXEL_TAGS <= tags.keys():
        raise BrokenPicture(MISSING)


def _is_picture(content: bytes, at: int) -> bool:
    """Return whether the directory there is more than a smaller version or a mask, or cannot be read."""
    tags = ImageFileDirectory_v2(content[: 16 if content.startswith(b"II+") else 8])
    try:
        _load(content, tags, at)
    except Exception:  # noqa: BLE001 - Pillow raises anything on what strangers made
        return True
    return not _is_beside(tags)


def pixels_only(content: bytes) -> bytes | None:
    """Return a file whose only page has no tags but those that say how its pixels are stored, None for a BigTIFF."""
    found = exif.read(content)
    if found is None or content[2:4] not in {b"*\0", b"\0*"} or pages(content) != 1:
        return None
    return _with_directory(content, found, {tag: one for tag, one in found.first.items() if tag in _OF_PIXELS})


def _with_directory(content: bytes, found: exif.Directories, own: dict[int, exif.Value]) -> bytes:
    """Return the file with this directory at its end, as its only one.

    Raises:
        BrokenPicture: pixels lie beyond the end, where the directory would be taken for them.
    """
    if _is_beyond(content, found, own):
        raise BrokenPicture(MISSING)
    made = bytearray(content + bytes(len(content) % 2))
    struct.pack_into(f"{found.order}I", made, 4, len(made))
    exif.append(made, own, found.order)
    return bytes(made)


def plane_count(content: bytes) -> int:
    """Return how many planes a picture has that Pillow cannot put together (3, or 4 with opacity), 0 for all others."""
    found = exif.read(content) if content[2:4] in {b"*\0", b"\0*"} else None
    if found is None or _BITS not in found.first or _RAW_PHOTO in found.first:
        return 0
    tags = {tag: found.number(value) for tag, value in found.first.items()}
    samples, depth, all_bits = tags.get(_SAMPLES), tags[_BITS], found.first[_BITS].data
    is_rgb = tags.get(_PHOTOMETRIC) == _RGB and tags.get(_PLANAR) == _SEPARATE and samples in {3, _WITH_OPACITY}
    is_plain = tags.get(_FORMAT, 1) == 1 and tags.get(_COMPRESSION, _PLAIN) in _COMPRESSIONS - {_JPEG}
    is_even = len({all_bits[at : at + 2] for at in range(0, len(all_bits), 2)}) == 1
    is_beyond_pillow = depth == _SIXTEEN or (depth == _EIGHT and samples == _WITH_OPACITY)
    if not (is_rgb and is_plain and is_even and is_beyond_pillow) or tags.get(_SUBFILE):
        return 0
    return _WITH_OPACITY if samples == _WITH_OPACITY and tags.get(_EXTRA) in _OPACITIES else 3


def is_premultiplied(content: bytes) -> bool:
    """Return whether the colours of a picture in planes were multiplied by its opacity (TIFF 6.0, "ExtraSamples")."""
    found = exif.read(content)
    return found is not None and found.number(found.first.get(_EXTRA)) == 1


def of_twelve_bits(content: bytes) -> Image.Image | None:
    """Return the picture of a file with 12 bits a sample, None for any other.

    Pillow knows such samples in grey pictures alone; so it reads them all as one that is as many times as wide.
    """
    found = exif.read(content) if content[2:4] in {b"*\0", b"\0*"} else None
    if found is None or found.number(found.first.get(_BITS)) != _TWELVE or _RAW_PHOTO in found.first:
        return None
    tags = next(_directories(content))
    is_plain = (tags.get(_PHOTOMETRIC), tags.get(_SAMPLES, 1)) in {(_BLACK_IS_ZERO, 1), (_RGB, 3)}
    is_even = set(_values(tags, _BITS, 1)) == {_TWELVE} and set(_values(tags, _FORMAT, 1)) == {1}
    ones = all(tags.get(tag, 1) == 1 for tag in (_PLANAR, _PREDICTOR, _FILL_ORDER))
    is_known = tags.get(_COMPRESSION, _PLAIN) in _COMPRESSIONS - {_JPEG} and not tags.get(_SUBFILE)
    if not (is_plain and is_even and ones and is_known) or pages(content) != 1:
        return None
    if tags.get(_COMPRESSION) in _DEFLATE:
        _check_checksums(content, tags)
    return _side_by_side(content, found, tags.get(_SAMPLES, 1))


def _side_by_side(content: bytes, found: exif.Directories, samples: int) -> Image.Image:
    own = {tag: value for tag, value in found.first.items() if tag in _OF_PIXELS - {_EXTRA, _FORMAT}}
    plain = {_SAMPLES: 1, _PHOTOMETRIC: _BLACK_IS_ZERO, _BITS: _TWELVE}
    plain |= {tag: (found.number(own[tag]) or 0) * samples for tag in (_WIDTH, _TILE_WIDTH) if tag in own}
    own |= {tag: exif.Value(4, 1, struct.pack(f"{found.order}I", one)) for tag, one in plain.items()}
    with Image.open(io.BytesIO(_with_directory(content, found, own)), formats=("TIFF",)) as wide:
        deep, size = wide.point(lambda value: value * 16), (wide.width // samples, wide.height)
        made = Image.frombytes("RGB", size, deep.tobytes(), "raw", "RGB;16L") if samples > 1 else deep
        made.info |= {name: value for name, value in wide.info.items() if name == "icc_profile"}
    return made


def unpaired(picture: Image.Image) -> Image.Image:
    """Return a decoded picture; of grey and opacity of 16 bits, the upper eight (see `_PAIRS`)."""
    tags: Any = getattr(picture, "tag_v2", {})
    if picture.mode != _PAIRS or tags.get(_BITS) != (_SIXTEEN, _SIXTEEN):
        return picture
    is_as_stored = tags.get(_COMPRESSION, _PLAIN) == _PLAIN
    highest = 0 if (tags.prefix == MM if is_as_stored else sys.byteorder == "big") else 1
    bands = [picture.getchannel(number) for number in (highest, highest + 2)]
    return Image.merge("La", bands).convert("LA") if tags.get(_EXTRA) == (1,) else Image.merge("LA", bands)


def plane(content: bytes, number: int) -> bytes:
    """Return one plane of a picture as a grey TIFF: the file itself with a directory of its own."""
    found = exif.read(content)
    assert found is not None  # `plane_count` has read it
    own = {tag: value for tag, value in found.first.items() if tag in _OF_PIXELS - {_PLANAR, _EXTRA, _FORMAT}}
    samples = found.number(own[_SAMPLES]) or 1
    for tag in {_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES} & own.keys():
        whole, size = own[tag], len(own[tag].data) // samples
        own[tag] = exif.Value(whole.kind, whole.count // samples, whole.data[number * size : (number + 1) * size])
    plain = {_BITS: found.number(own[_BITS]) or 0, _SAMPLES: 1, _PHOTOMETRIC: _BLACK_IS_ZERO}
    own |= {tag: exif.Value(3, 1, struct.pack(f"{found.order}H", one)) for tag, one in plain.items()}
    return _with_directory(content, found, own)


def mend_palette(picture: Image.Image) -> None:
    """Correct the palette of a file whose colour map has 8 bits per number instead of the 16 that TIFF prescribes."""
    colors = getattr(picture, "tag_v2", {}).get(_COLOR_MAP)
    if picture.mode in {"P", "PA"} and colors and max(colors) < 1 << _EIGHT:
        picture.palette = ImagePalette.raw("RGB;L", bytes(colors))


def _is_known(tags: Mapping[int, Any], bits: tuple[int, ...], photometric: int) -> bool:
    return (
        set(_values(tags, _FORMAT, 1)) == {1}  # numbers without a sign
        and len(set(bits)) == 1
        and bits[0] in _DEPTHS.get(photometric, ())
        and tags.get(_COMPRESSION, _PLAIN) in _COMPRESSIONS
        and (tags.get(_PREDICTOR, 1) == 1 or tags.get(_COMPRESSION, _PLAIN) in _WITH_PREDICTOR)
        and tags.get(_INK_SET, 1) == 1  # cyan, magenta, yellow and black
        and (photometric != _YCBCR or tags.get(_COMPRESSION) == _JPEG)
    )


def _is_laid_out_plainly(tags: Mapping[int, Any], bits: tuple[int, ...], photometric: int) -> bool:
    samples, extra = tags.get(_SAMPLES, 1), len(tags.get(_EXTRA, ()))
    channels = _CHANNELS.get(photometric, 1)
    if _STRIPS in tags and _TILE_WIDTH in tags and tags.get(_COMPRESSION, _PLAIN) == _PLAIN:
        return False  # tiles in the place of strips, and Pillow would take them for strips
    if samples > 1 and tags.get(_PLANAR, 1) == _SEPARATE and (bits[0] != _EIGHT or extra or photometric == _YCBCR):
        return False
    if tags.get(_FILL_ORDER, 1) == _REVERSED and (bits[0] != 1 or samples > 1):
        return False
    return samples == channels + extra or (photometric == _RGB and samples == channels + 1)


def _tags_named_in(content: bytes, at: int) -> set[int]:
    """Return the tags the directory at that offset names. Where it is cut off, Pillow would read only some of them."""
    order = "<" if content.startswith(b"I") else ">"
    size, count, entry = (8, "Q", 20) if content.startswith(b"II+") else (2, "H", 12)
    try:
        (entries,) = struct.unpack_from(f"{order}{count}", content, at)
        struct.unpack_from(f"{entries * entry}x", content, at + size)
    except struct.error as error:
        raise BrokenPicture(MISSING) from error
    return {struct.unpack_from(f"{order}H", content, at + size + number * entry)[0] for number in range(entries)}


def _check_checksums(content: bytes, tags: Mapping[int, Any]) -> None:
    """Inflate each strip or tile to its end, where the checksum is: libtiff stops when it has enough pixels."""
    room = 4 * 2 * tags.get(_SAMPLES, 1) * tags.get(_WIDTH, 0) * tags.get(_HEIGHT, 0) + _SPARE_BYTES
    for offsets, counts in _PLACES:
        for start, size in zip(_values(tags, offsets, 0), _values(tags, counts, 0), strict=False):
            inflating, left = zlib.decompressobj(), content[start : start + size]
            while left and not inflating.eof:
                room -= len(inflating.decompress(left, _INFLATE_BYTES))
                left = inflating.unconsumed_tail
                if room < 0:
                    raise CannotConvert(TOO_LARGE)


def _values(tags: Mapping[int, Any], tag: int, default: int) -> tuple[int, ...]:
    value = tags.get(tag, default)
    return value if isinstance(value, tuple) else (value,)
