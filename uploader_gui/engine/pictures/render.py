"""What the decoder's process makes of a picture: a JPEG to send, or a thumbnail.

A JPEG is upright, with the picture's colours, date and place, in a quality of which nobody sees the difference. A JPEG
holds 8 bits and no transparency: RGB and grey keep their colour profile, other colours become sRGB, what is transparent
becomes white. What one JPEG cannot hold (several pages, an animation) is refused instead of being left out silently,
and so is what is damaged.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageCms

from uploader_gui.engine.errors import BrokenPicture, CannotConvert
from uploader_gui.engine.pictures import metadata
from uploader_gui.engine.pictures.colours import Colours, from_nclx
from uploader_gui.engine.pictures.messages import TOO_LARGE, Jpeg, Message
from uploader_gui.engine.pictures.opening import (
    about,
    check_whole,
    decoded,
    in_8_bits,
    is_single,
    mended,
    opened,
    still_to_turn,
    without_metadata,
)
from uploader_gui.engine.pictures.tiff_check import TOO_DEEP, is_tiff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.ImageCms import ImageCmsProfile

QUALITY: Final = 95
_MAX_SIDE: Final = 65_500
"""libjpeg's limit, in pixels."""
_SEVERAL: Final = "it has several pages or images"
_REDUCED: Final = 1
_LONG: Final = 8
"""How many times longer than wide a picture may be before its thumbnail is made of its middle alone."""
_NEW_SUBFILE_TYPE: Final = 254
_DNG_VERSION: Final = 50706
_MAX_PROFILE: Final = 255 * 65_519
"""Bytes of a profile that a JPEG can hold (ICC.1, B.4)."""
_COLOUR_SPACES: Final = {"RGB": b"RGB ", "L": b"GRAY", "CMYK": b"CMYK", "LAB": b"Lab "}
"""Pillow's modes -> data colour space of a profile (ICC.1, 7.2.6)."""


def answer_to(question: Message) -> Message:
    """Do what the program asks ("jpeg", "thumbnail" or "about") and return the answer.

    Raises:
        BrokenPicture, CannotConvert: see `opening.opened`.
    """
    if question.values.get("task") == "about":
        return Message(about())
    if question.values.get("task") == "thumbnail":
        return _thumbnail(question.content, int(question.values["side"]))
    jpeg = into_jpeg(question.content)
    return Message({"without_metadata": jpeg.without_metadata}, jpeg.content)


def into_jpeg(content: bytes) -> Jpeg:
    """Return a JPEG of the picture in a file's bytes.

    Raises:
        CannotConvert, BrokenPicture: see `opening.opened`.
    """
    whole = mended(content)
    try:
        jpeg = _converted(whole, whole)
    except BrokenPicture:
        pixels = without_metadata(whole)
        if pixels is None:
            raise
        return replace(_converted(pixels, whole), without_metadata=True)
    return jpeg if whole is content else replace(jpeg, without_metadata=True)


def _converted(pixels: bytes, whole: bytes) -> Jpeg:
    """Return a JPEG of the picture in `pixels`; of a TIFF, `whole` tells the rest."""
    with opened(pixels) as picture:
        if not is_single(picture, pixels):
            raise CannotConvert(_SEVERAL)
        _check_fits(picture)
        check_whole(pixels)
        return _encoded(picture, whole)


def _check_fits(picture: Image.Image) -> None:
    if max(picture.size) > _MAX_SIDE:
        raise CannotConvert(TOO_LARGE)
    tags = getattr(picture, "tag_v2", None)
    if tags is not None and (tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED or _DNG_VERSION in tags):
        raise CannotConvert(_SEVERAL)  # a raw photo: its first picture is only a preview


def _encoded(picture: Image.Image, whole: bytes) -> Jpeg:
    info: dict[Any, Any] = dict(picture.info)  # a copy: turning the picture changes its own
    told = metadata.told_by(whole, info, is_tiff=is_tiff(whole))
    turned = decoded(picture, still_to_turn(picture, told))
    colours, is_damaged = _colours(info, turned.mode)
    pixels, profile = _as_jpeg_holds(turned, colours)
    kept = metadata.for_jpeg(told, info)
    options = kept.options | ({"icc_profile": profile} if profile else {})
    target = io.BytesIO()
    pixels.save(target, "JPEG", quality=QUALITY, subsampling="4:4:4", **options)
    return Jpeg(metadata.with_segments(target.getvalue(), kept.segments), is_damaged or kept.is_damaged)


def _colours(info: Mapping[Any, Any], mode: str) -> tuple[Colours | None, bool]:
    """Return how a picture's numbers are to be read (None: as sRGB), and whether its profile is damaged."""
    profile = info.get("icc_profile")
    if not profile:
        nclx = info.get("nclx_profile")
        return from_nclx(nclx) if nclx else None, False
    size = int.from_bytes(profile[:4], "big")
    is_whole = profile[36:40] == b"acsp" and size <= min(len(profile), _MAX_PROFILE)
    return (Colours(profile[:size]), False) if is_whole and _is_usable(profile[:size], mode) else (None, True)


def _is_usable(profile: bytes, mode: str) -> bool:
    """Return whether a profile can be read, and where it is needed here, used."""
    try:
        opened_profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode in {"CMYK", "LAB"} and _is_profile_of(profile, mode):
            ImageCms.buildTransform(opened_profile, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError):
        return False
    return True


def _thumbnail(content: bytes, side: int) -> Message:
    """Return the RGBA pixels of a picture that just covers a square of `side` pixels."""
    try:
        small = _small(content, content, side)
    except BrokenPicture:
        pixels = without_metadata(content)
        if pixels is None:
            raise
        small = _small(pixels, content, side)
    return Message({"width": small.width, "height": small.height}, small.tobytes())


def _small(pixels: bytes, whole: bytes, side: int) -> Image.Image:
    with opened(mended(pixels)) as picture:
        told = metadata.told_by(whole, picture.info, is_tiff=is_tiff(whole))
        turn = still_to_turn(picture, told)
        shown = _middle(_shrinkable(decoded(picture, None)), side)
        scale = side / min(shown.size)
        if scale < 1:  # a new picture: pi_heif would decode the first of several images again, at its whole size
            size = max(round(shown.width * scale), side), max(round(shown.height * scale), side)
            shown = shown.resize(size, reducing_gap=2.0)
        small = shown if turn is None else shown.transpose(turn)
        return (small if small.has_transparency_data else _as_jpeg_holds(small, None)[0]).convert("RGBA")


def _middle(picture: Image.Image, side: int) -> Image.Image:
    """Return the middle of a picture that is far longer than wide, of which a thumbnail shows no more."""
    most = max(min(picture.size), side) * _LONG
    width, height = min(picture.width, most), min(picture.height, most)
    if (width, height) == picture.size:
        return picture
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _shrinkable(picture: Image.Image) -> Image.Image:
    """Return a picture whose pixels can be averaged: of palettes and of black and white, Pillow only drops some."""
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in {"P", "PA"}:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return in_8_bits(picture) if picture.mode.startswith("I;16") else picture


def _as_jpeg_holds(picture: Image.Image, colours: Colours | None) -> tuple[Image.Image, bytes | None]:
    """Return the picture as RGB or grey, and the profile its numbers are to be read with (None: sRGB).

    Raises:
        CannotConvert: 8 bits cannot hold it.
    """
    profile = colours.profile if colours else None
    if picture.mode in {"CMYK", "LAB"}:
        return _in_srgb(picture, profile)
    flat = _without_transparency(picture)
    if colours and colours.is_hdr:
        return _in_srgb(flat.convert("RGB"), profile)
    if flat.mode == "L" and _is_profile_of(profile, "RGB"):
        flat = flat.convert("RGB")
    return flat, profile if _is_profile_of(profile, flat.mode) else None


def _without_transparency(picture: Image.Image) -> Image.Image:
    mode = picture.mode
    if mode.startswith("I;16"):
        return in_8_bits(picture)
    if mode in {"I", "F"}:
        raise CannotConvert(TOO_DEEP)
    if mode in {"La", "LA"}:
        return _on_white(picture.convert("LA"), "L")
    if picture.has_transparency_data:
        return _on_white(picture.convert("RGBA"), "RGB")
    return picture if mode in {"L", "RGB"} else picture.convert("L" if mode == "1" else "RGB")


def _on_white(picture: Image.Image, mode: str) -> Image.Image:
    background = Image.new(mode, picture.size, "white")
    background.paste(picture.convert(mode), mask=picture.getchannel("A"))
    return background


def _in_srgb(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    source_profile = _source_profile(picture, profile)
    if source_profile is None:
        return picture.convert("RGB"), None
    converted = ImageCms.profileToProfile(picture, source_profile, srgb, outputMode="RGB")
    assert converted is not None  # None only where a picture is changed in place
    return converted, srgb.tobytes()


def _source_profile(picture: Image.Image, profile: bytes | None) -> ImageCmsProfile | None:
    if profile is not None and _is_profile_of(profile, picture.mode):
        return ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")) if picture.mode == "LAB" else None


def _is_profile_of(profile: bytes | None, mode: str) -> bool:
    return profile is not None and profile[16:20] == _COLOUR_SPACES[mode]
