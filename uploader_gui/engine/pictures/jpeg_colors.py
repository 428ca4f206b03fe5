"""What a JPEG can hold of a picture's pixels: 8 bits, no transparency, colours every program shows alike.

Called by `jpeg.py`. RGB and grey keep their colour profile, other colours become sRGB, and what is
transparent becomes white.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageCms, ImageOps

from uploader_gui.engine.errors import CannotConvert
from uploader_gui.engine.pictures.tiff_check import TOO_DEEP

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsProfile

_SPACES: Final = {"RGB": b"RGB ", "L": b"GRAY", "CMYK": b"CMYK", "LAB": b"Lab "}
_PHOTOMETRIC: Final = 262
_WHITE_IS_ZERO: Final = 0
_PER_STEP: Final = 1 / 257
"""65,535 becomes 255."""


def plain(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
    """Give the picture as RGB or grey, and the profile its numbers are to be read with (None: sRGB).

    Raises:
        CannotConvert: 8 bits cannot hold it.
    """
    if picture.mode in {"CMYK", "LAB"}:
        return _in_srgb(picture, profile)
    flat = _flat(picture)
    if flat.mode == "L" and _is_of(profile, "RGB"):
        flat = flat.convert("RGB")
    return flat, profile if _is_of(profile, flat.mode) else None


def _flat(picture: Image.Image) -> Image.Image:
    mode = picture.mode
    if mode.startswith("I;16"):
        return _eight_bits(picture)
    if mode in {"I", "F"}:
        raise CannotConvert(TOO_DEEP)
    if mode in {"La", "LA"}:
        return _on_white(picture.convert("LA"), "L")
    if picture.has_transparency_data:
        return _on_white(picture.convert("RGBA"), "RGB")
    return picture if mode in {"L", "RGB"} else picture.convert("L" if mode == "1" else "RGB")


def _on_white(picture: Image.Image, mode: str) -> Image.Image:
    ground = Image.new(mode, picture.size, "white")
    ground.paste(picture.convert(mode), mask=picture.getchannel("A"))
    return ground


def _eight_bits(picture: Image.Image) -> Image.Image:
    grey = picture.convert("I").point(lambda value: value * _PER_STEP).convert("L")
    tags = getattr(picture, "tag_v2", {})
    return ImageOps.invert(grey) if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO else grey


def _in_srgb(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    own = _own_profile(picture, profile)
    if own is None:
        return picture.convert("RGB"), None
    made = ImageCms.profileToProfile(picture, own, srgb, outputMode="RGB")
    assert made is not None  # it is only where the picture is changed in its place
    return made, srgb.tobytes()


def _own_profile(picture: Image.Image, profile: bytes | None) -> ImageCmsProfile | None:
    if profile is not None and _is_of(profile, picture.mode):
        return ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")) if picture.mode == "LAB" else None


def _is_of(profile: bytes | None, mode: str) -> bool:
    """Tell whether a profile speaks of such colours (ICC.1, 7.2.6: data colour space)."""
    return profile is not None and profile[16:20] == _SPACES[mode]
