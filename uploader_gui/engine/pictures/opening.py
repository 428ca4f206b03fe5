"""Opens pictures the service refuses, with Pillow and pi_heif, within bounds. In the decoder's process only."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pi_heif
import PIL
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from uploader_gui.engine.errors import BrokenPicture, CannotConvert, UploaderError
from uploader_gui.engine.pictures import bmp, exif, heif_check, tiff_check
from uploader_gui.engine.pictures.heif_library import HeifLibrary
from uploader_gui.engine.pictures.messages import MAX_PIXELS, MISSING, TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploader_gui.engine.pictures.metadata import Told

_FORMATS: Final = ("HEIF", "WEBP", "TIFF", "BMP")
_PLAIN_BRAND: Final = b"mif1"
_BRANDS: Final = frozenset({b"heic", b"heix", _PLAIN_BRAND})
"""The brands of a HEIC that both libraries know."""
_MAX_BRAND_BYTES: Final = 400
_UNSUPPORTED: Final = "Unsupported BMP"
"""How Pillow begins what it says of BMPs that it does not know."""
_LIMIT: Final = "security limit"
"""What libheif and libde265 say where a sound picture is beyond their limits."""
_PHOTOMETRIC: Final = 262
_WHITE_IS_ZERO: Final = 0
_16_TO_8_BITS: Final = 1 / 257
"""65,535 becomes 255."""
_WEBP_PIXELS: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_METADATA: Final = 0x0C
"""VP8X's flags for EXIF and XMP."""
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, "Orientation" -> what turns the picture upright."""


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """Open a picture without decoding it yet.

    Raises:
        BrokenPicture: it is no picture, or something in the block finds that it is damaged.
        CannotConvert: it has too many pixels, or stores them in a way that would come out as another picture.
    """
    _set_up_pillow()
    with _translated_errors(content):
        if _is_heif(content) and heif_check.has_other_coding(content):
            raise CannotConvert(tiff_check.UNUSUAL)
        known = bmp.without_surplus_colours(content) if bmp.is_bmp(content) else _branded(content)
        with _taken_apart(content) or Image.open(io.BytesIO(known), formats=_FORMATS) as picture:
            _check_size(picture)
            tiff_check.mend_palette(picture)
            if bmp.is_bmp(content) and (profile := bmp.profile(content)):
                picture.info["icc_profile"] = profile
            yield picture


def _taken_apart(content: bytes) -> Image.Image | None:
    """Return the picture where Pillow does not know how it is stored, None where Pillow can decode it."""
    if bmp.is_bmp(content):
        return bmp.by_masks(content)
    if not tiff_check.is_tiff(content):
        return None
    if planes := tiff_check.plane_count(content):
        return _merged(content, planes)
    if (picture := tiff_check.of_twelve_bits(content)) is None:
        tiff_check.check(content)
    return picture


def _merged(content: bytes, planes: int) -> Image.Image:
    """Return the picture of which a TIFF has this many planes: red, green, blue, opacity."""
    bands, info = [], dict[Any, Any]()
    for number in range(planes):
        plane = tiff_check.plane(content, number)
        tiff_check.check(plane)
        with Image.open(io.BytesIO(plane), formats=_FORMATS) as band:
            _check_size(band)
            band.load()
            bands.append(in_8_bits(band) if band.mode.startswith("I;16") else band.copy())
            info = {name: value for name, value in band.info.items() if name in {"icc_profile", "dpi"}}
    if len(bands) > len("RGB"):
        is_premultiplied = tiff_check.is_premultiplied(content)
        merged = Image.merge("RGBa", bands).convert("RGBA") if is_premultiplied else Image.merge("RGBA", bands)
    else:
        merged = Image.merge("RGB", bands)
    merged.info |= info
    return merged


def in_8_bits(picture: Image.Image) -> Image.Image:
    """Return a grey picture of 16 bits as one of 8."""
    grey = picture.convert("I").point(lambda value: value * _16_TO_8_BITS).convert("L")
    tags = getattr(picture, "tag_v2", {})
    return ImageOps.invert(grey) if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO else grey


def without_metadata(content: bytes) -> bytes | None:
    """Return a file with its pixels alone, None where they cannot be told apart: what tells of them may be damaged."""
    if tiff_check.is_tiff(content):
        return tiff_check.pixels_only(content)
    return _webp_pixels(content) if content.startswith(b"RIFF") else None


def mended(content: bytes) -> bytes:
    """Return a file without metadata that lie beyond its end; the same object where it has none."""
    return heif_check.without_lost_metadata(content) if _is_heif(content) else content


def check_whole(content: bytes) -> None:
    """Check all of a HEIC's pixels; the decoders of other formats report themselves what is missing.

    Raises:
        Exception: it is damaged. Call this inside `opened`, which raises `BrokenPicture` then.
    """
    if _is_heif(content):
        heif_check.check(_branded(content), _library())


def about() -> dict[str, str | bool]:
    """Return the libraries' versions, and under "checks" whether both HEIC libraries can report damage."""
    versions = {"Pillow": PIL.__version__, "libheif": pi_heif.libheif_version()}
    return versions | {"checks": _library().is_strict and _library().warns}


def is_single(picture: Image.Image, content: bytes) -> bool:
    """Whether the file shows one picture; a TIFF's masks do not count."""
    if tiff_check.is_tiff(content):
        return tiff_check.pages(content) == 1
    return int(getattr(picture, "n_frames", 1)) == 1


def still_to_turn(picture: Image.Image, told: Told) -> Image.Transpose | None:
    """Return what turns a picture upright once it is decoded. Call it before.

    HEICs are turned by their decoder, and TIFFs by Pillow, where their orientation is of the type it should be.
    """
    is_turned = picture.format == "HEIF" or isinstance(getattr(picture, "tag_v2", {}).get(exif.ORIENTATION), int)
    return None if is_turned else _UPRIGHT.get(told.orientation)


def decoded(picture: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """Decode a picture and turn it."""
    picture.load()
    _check_size(picture)  # the decoded picture may be larger than the file's header says
    shown = tiff_check.unpaired(picture)
    return shown if turn is None else shown.transpose(turn)


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise CannotConvert(TOO_LARGE)


def _branded(content: bytes) -> bytes:
    """Return a HEIC with brands that pi_heif and libheif know, as its first one and among the compatible ones."""
    if not _is_heif(content):
        return content
    end = min(int.from_bytes(content[:4], "big"), _MAX_BRAND_BYTES)
    compatible = {content[at : at + 4] for at in range(16, end, 4)}
    if content[8:12] in _BRANDS and compatible & _BRANDS:
        return content
    last = content[end - 4 : end] if compatible & _BRANDS or end <= 16 else _PLAIN_BRAND  # noqa: PLR2004 - none to replace
    return content[:8] + _PLAIN_BRAND + content[12 : end - 4] + last + content[end:]


def _webp_pixels(content: bytes) -> bytes | None:
    """Return a WebP without EXIF and XMP (RFC 9649, section 2.7), None where the file is cut off."""
    chunks, at = b"", 12
    if 8 + int.from_bytes(content[4:8], "little") > len(content):
        return None
    while at + 8 <= len(content):
        size = 8 + int.from_bytes(content[at + 4 : at + 8], "little")
        kind, chunk = content[at : at + 4], content[at : at + size + size % 2]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_METADATA]) + chunk[9:]
        chunks += chunk if kind in _WEBP_PIXELS else b""
        at += size + size % 2
    return b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"WEBP" + chunks


def _is_heif(content: bytes) -> bool:
    return content[4:8] == b"ftyp"


@cache
def _library() -> HeifLibrary:
    return HeifLibrary()


def _set_up_pillow() -> None:
    """Register HEIC, refuse decompression bombs as soon as their size is known, and silence warnings on metadata."""
    pi_heif.register_heif_opener(decode_threads=1)  # the window needs a core too
    tiff_check.teach_pillow()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # its own limit is lower
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.filterwarnings("ignore", module=r"PIL\..*")
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@contextmanager
def _translated_errors(content: bytes) -> Iterator[None]:
    """Turn what a decoder raises into our errors: on hostile bytes it may raise anything."""
    try:
        yield
    except Exception as error:
        ours = error if isinstance(error, UploaderError) else _translated(error, content)
        if isinstance(ours, CannotConvert) and _is_cut(content):
            raise BrokenPicture(MISSING) from error
        raise ours from error


def _translated(error: Exception, content: bytes) -> UploaderError:
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)):
        return CannotConvert(TOO_LARGE)
    if isinstance(error, UnidentifiedImageError) and tiff_check.is_tiff(content):
        return CannotConvert(tiff_check.UNUSUAL)
    if str(error).startswith(_UNSUPPORTED):
        return CannotConvert(tiff_check.UNUSUAL)
    return CannotConvert(TOO_LARGE) if _LIMIT in str(error) else BrokenPicture()


def _is_cut(content: bytes) -> bool:
    """Return whether a picture that is not decoded certainly lacks its end."""
    try:
        if tiff_check.is_tiff(content):
            return tiff_check.is_cut(content)
        if content.startswith(b"RIFF"):
            return 8 + int.from_bytes(content[4:8], "little") > len(content)
        return bmp.is_cut(content) if bmp.is_bmp(content) else heif_check.is_cut(content)
    except Exception:  # noqa: BLE001 - as in `_translated_errors`; nothing is certain then
        return False
