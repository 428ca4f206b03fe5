"""Opens pictures the service refuses, with Pillow and pi_heif, within bounds. In the decoder's process only."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

import pi_heif
import PIL
from PIL import Image, ImageFile, UnidentifiedImageError

from uploader_gui.engine.errors import BrokenPicture, CannotConvert, UploaderError
from uploader_gui.engine.pictures import heif_check, tiff_check
from uploader_gui.engine.pictures.heif_library import HeifLibrary
from uploader_gui.engine.pictures.messages import MAX_PIXELS, TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMATS: Final = ("HEIF", "WEBP", "TIFF", "BMP")
_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
"""The first brands of a HEIC that pi_heif knows."""
_MAX_BRAND_BYTES: Final = 400
_ORIENTATION: Final = 0x0112
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
    is_tiff = tiff_check.is_tiff(content)
    with _translated_errors(unidentified=CannotConvert(tiff_check.UNUSUAL) if is_tiff else BrokenPicture()):
        if is_tiff:
            tiff_check.check(content)
        with Image.open(io.BytesIO(_branded(content)), formats=_FORMATS) as picture:
            _check_size(picture)
            tiff_check.mend_palette(picture)
            yield picture


def mended(content: bytes) -> bytes:
    """Return a file without metadata that lie beyond its end; the same object where it has none."""
    return heif_check.without_lost_metadata(content) if _is_heif(content) else content


def check_whole(content: bytes) -> None:
    """Check all of a HEIC's pixels; the decoders of other formats report themselves what is missing.

    Raises:
        Exception: it is damaged. Call this inside `opened`, which raises `BrokenPicture` then.
    """
    if _is_heif(content):
        heif_check.check(content, _library())


def about() -> dict[str, str | bool]:
    """Return the libraries' versions, and under "checks" whether both HEIC libraries can report damage."""
    versions = {"Pillow": PIL.__version__, "libheif": pi_heif.libheif_version()}
    return versions | {"checks": _library().is_strict and _library().warns}


def is_single(picture: Image.Image, content: bytes) -> bool:
    """Whether the file shows one picture; a TIFF's masks do not count."""
    if tiff_check.is_tiff(content):
        return tiff_check.pages(content) == 1
    return int(getattr(picture, "n_frames", 1)) == 1


def upright(picture: Image.Image) -> Image.Image:
    """Decode a picture and turn it as its EXIF says. HEIC and TIFF are turned by their decoders already."""
    picture.load()
    _check_size(picture)  # the decoded picture may be larger than the file's header says
    transpose = _UPRIGHT.get(_orientation(picture))
    return picture if transpose is None else picture.transpose(transpose)


def _orientation(picture: Image.Image) -> int:
    try:
        orientation = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - Pillow raises anything on a damaged block; the pixels are sound
        return 1
    return orientation if isinstance(orientation, int) else 1


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise CannotConvert(TOO_LARGE)


def _branded(content: bytes) -> bytes:
    """Return a HEIC whose first brand pi_heif knows: where only a compatible brand is known, it is put first."""
    brands = content[16 : int.from_bytes(content[:4], "big")][:_MAX_BRAND_BYTES]
    if not _is_heif(content) or content[8:12] in _BRANDS:
        return content
    known = next((brands[at : at + 4] for at in range(0, len(brands), 4) if brands[at : at + 4] in _BRANDS), None)
    return content if known is None else content[:8] + known + content[12:]


def _is_heif(content: bytes) -> bool:
    return content[4:8] == b"ftyp"


@cache
def _library() -> HeifLibrary:
    return HeifLibrary()


def _set_up_pillow() -> None:
    """Register HEIC, refuse decompression bombs as soon as their size is known, and silence warnings on metadata."""
    pi_heif.register_heif_opener(decode_threads=1)  # the window needs a core too
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # its own limit is lower
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.filterwarnings("ignore", module=r"PIL\..*")
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@contextmanager
def _translated_errors(unidentified: UploaderError) -> Iterator[None]:
    """Turn what a decoder raises into our errors: on hostile bytes it may raise anything.

    `unidentified` is raised where Pillow does not recognise the picture.
    """
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise CannotConvert(TOO_LARGE) from error
    except UploaderError:
        raise
    except UnidentifiedImageError as error:
        raise unidentified from error
    except Exception as error:
        raise BrokenPicture(str(error)) from error
