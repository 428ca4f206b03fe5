"""What the decoder does with one picture: a JPEG of it, or a thumbnail. In the decoder's process only."""

from __future__ import annotations

from uploader_gui.engine.pictures.jpeg import into_jpeg
from uploader_gui.engine.pictures.jpeg_colors import plain
from uploader_gui.engine.pictures.messages import Message
from uploader_gui.engine.pictures.opening import about, mended, opened, upright


def done(question: Message) -> Message:
    """Do what is asked, and return the answer.

    Raises:
        BrokenPicture, CannotConvert: see `opening.opened`.
    """
    if question.values.get("task") == "about":
        return Message(about())
    if question.values.get("task") == "thumbnail":
        return _thumbnail(question.content, int(question.values["side"]))
    made = into_jpeg(question.content)
    return Message({"without_metadata": made.without_metadata}, made.content)


def _thumbnail(content: bytes, side: int) -> Message:
    with opened(mended(content)) as picture:
        picture.load()
        share = side / min(picture.size)
        if share < 1:
            picture.thumbnail((max(round(picture.width * share), side), max(round(picture.height * share), side)))
        small = upright(picture)
        pixels = (small if small.has_transparency_data else plain(small, None)[0]).convert("RGBA")
        return Message({"width": pixels.width, "height": pixels.height}, pixels.tobytes())
