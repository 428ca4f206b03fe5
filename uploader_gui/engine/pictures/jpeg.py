"""A picture the service refuses becomes a JPEG: upright, with its colours, date and place. In the decoder's process.

Quality is high enough that nobody sees a difference; what one JPEG cannot hold (several pages, an animation) is
refused instead of being left out silently, and so is what is damaged.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import CannotConvert
from uploader_gui.engine.pictures import jpeg_colors, jpeg_metadata
from uploader_gui.engine.pictures.decoder import Jpeg
from uploader_gui.engine.pictures.messages import TOO_LARGE
from uploader_gui.engine.pictures.opening import check_whole, is_single, mended, opened, upright

if TYPE_CHECKING:
    from PIL import Image

QUALITY: Final = 95
_MAX_SIDE: Final = 65_500
"""libjpeg's limit."""
_SEVERAL: Final = "it has several pages or images"
_REDUCED: Final = 1
_NEW_SUBFILE_TYPE: Final = 254
_SUB_IFDS: Final = 330
_DNG_VERSION: Final = 50706


def into_jpeg(content: bytes) -> Jpeg:
    """Return a JPEG of the picture a file holds.

    Raises:
        CannotConvert, BrokenPicture: see `opening.opened`.
    """
    whole = mended(content)
    with opened(whole) as picture:
        if not is_single(picture, whole):
            raise CannotConvert(_SEVERAL)
        _check_holds(picture)
        check_whole(whole)
        made = _encoded(picture)
    return made if whole is content else replace(made, without_metadata=True)


def _encoded(picture: Image.Image) -> Jpeg:
    facts: dict[Any, Any] = dict(picture.info)  # what is done to the picture changes them
    turned = upright(picture)
    plain, profile = jpeg_colors.plain(turned, facts.get("icc_profile"))
    told, unreadable = jpeg_metadata.readable(turned, facts)
    if profile:
        told["icc_profile"] = profile
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=QUALITY, subsampling="4:4:4", **told)
    return Jpeg(made.getvalue(), without_metadata=unreadable)


def _check_holds(picture: Image.Image) -> None:
    if max(picture.size) > _MAX_SIDE:
        raise CannotConvert(TOO_LARGE)
    tags = getattr(picture, "tag_v2", None)
    if tags is not None and (tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED or _SUB_IFDS in tags or _DNG_VERSION in tags):
        raise CannotConvert(_SEVERAL)  # a raw photo: what stands first is only its preview
