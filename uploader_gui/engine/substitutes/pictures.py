"""Pictures the service refuses, decoded with Pillow (and pi-heif for HEIC): upright, within bounds.

For `conversion.py`, and for the window's thumbnails. Heavy: imported in worker threads only.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

import pi_heif
from PIL import Image, UnidentifiedImageError

from uploader_gui.engine.errors import BrokenPicture, CannotConvert, UploaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PIXELS: Final = 120_000_000
"""Larger ones need more than a gigabyte to decode: a person's camera stays below, a decompression bomb does not."""
TOO_LARGE: Final = "it is too large"
_FORMATS: Final = ("HEIF", "WEBP", "TIFF", "BMP")
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
def opened(file: IO[bytes]) -> Iterator[Image.Image]:
    """Open a picture without decoding it yet.

    Raises:
        BrokenPicture: it is none, or whatever is done with it in the block shows that it is damaged.
        CannotConvert: it has too many pixels.
    """
    _make_ready()
    with _judged(), Image.open(file, formats=_FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise CannotConvert(TOO_LARGE)
        yield picture


def upright(picture: Image.Image) -> Image.Image:
    """Decode a picture and turn it as its EXIF says. HEIC and TIFF are turned by their decoders already."""
    picture.load()
    turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    return picture if turn is None else picture.transpose(turn)


def _make_ready() -> None:
    """Teach Pillow HEIC; a bomb is refused as soon as its size is known, and doubts about metadata stay quiet."""
    pi_heif.register_heif_opener(decode_threads=1)  # several pictures at once; the window needs a core too
    warnings.filterwarnings("ignore", module=r"PIL\..*")
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@contextmanager
def _judged() -> Iterator[None]:
    """Say of whatever a decoder raises what it means: on hostile bytes it may raise anything."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise CannotConvert(TOO_LARGE) from error
    except UploaderError:
        raise
    except UnidentifiedImageError as error:
        raise BrokenPicture from error
    except Exception as error:
        raise BrokenPicture(str(error)) from error
