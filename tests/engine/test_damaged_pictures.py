"""Damage to pixels, as far as container and decoder can tell, is a broken picture; damaged metadata are left out."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.support import pictures
from tests.support.tiffs import tiff
from uploader_gui.engine.errors import BrokenPicture, CannotConvert
from uploader_gui.engine.pictures.decoder import PictureDecoder

GRID = pictures.GRID.read_bytes()
DATA = GRID.index(b"mdat") + 4
"""Where its four tiles begin."""
FOUND = 0.85
"""The share of single flipped bits that was found: 56 to 60 of 60. One bit may be as good as another."""


def tiles() -> list[tuple[int, int]]:
    """Return where the NAL unit of each tile begins and ends, its length of four bytes included."""
    found, at = [], DATA
    while at < len(GRID):
        end = at + 4 + int.from_bytes(GRID[at : at + 4], "big")
        found.append((at, end))
        at = end
    return found


def zeroed(content: bytes, start: int, end: int) -> bytes:
    return content[:start] + bytes(end - start) + content[end:]


def changed(content: bytes, at: int, mask: int) -> bytes:
    return content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :]


def is_broken(decoder: PictureDecoder, content: bytes) -> bool:
    try:
        decoder.jpeg(content, lambda: None)
    except BrokenPicture:
        return True
    return False


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.8, 0.99])
def test_a_copy_that_broke_off_is_broken(share: float, decoder: PictureDecoder) -> None:
    assert is_broken(decoder, GRID[: DATA + int((len(GRID) - DATA) * share)])
    assert is_broken(decoder, zeroed(GRID, DATA + int((len(GRID) - DATA) * share), len(GRID)))


@pytest.mark.parametrize("tile", range(4))
def test_damage_in_any_tile_is_found(tile: int, decoder: PictureDecoder) -> None:
    start, end = tiles()[tile]
    middle = (start + end) // 2
    assert is_broken(decoder, zeroed(GRID, start, end))
    assert is_broken(decoder, zeroed(GRID, start, start + 4))
    assert is_broken(decoder, zeroed(GRID, middle, middle + 64))
    assert is_broken(decoder, changed(GRID, start + 3, 0x01))  # a byte shorter or longer
    assert is_broken(decoder, GRID[:middle] + random.Random(tile).randbytes(64) + GRID[middle + 64 :])


def test_most_single_bits_are_found(decoder: PictureDecoder) -> None:
    chosen = random.Random(16)
    places = [(chosen.randrange(DATA, len(GRID)), 1 << chosen.randrange(8)) for _ in range(60)]
    assert sum(is_broken(decoder, changed(GRID, at, mask)) for at, mask in places) >= FOUND * len(places)


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_to_the_boxes_gives_another_picture(seed: int, decoder: PictureDecoder) -> None:
    """It may be refused for any reason; what is let through shows the same."""
    chosen = random.Random(seed)
    damaged = changed(GRID, chosen.randrange(8, DATA), 1 << chosen.randrange(8))
    try:
        made = decoder.jpeg(damaged, lambda: None)
    except (BrokenPicture, CannotConvert):
        return
    sound = Image.open(io.BytesIO(decoder.jpeg(GRID, lambda: None).content))
    assert Image.open(io.BytesIO(made.content)).tobytes() == sound.tobytes()


@pytest.mark.parametrize("sound", [pictures.HEIC, pictures.GRID])
def test_sound_pictures_are_not_called_damaged(sound: Path, decoder: PictureDecoder) -> None:
    whole = sound.read_bytes()
    assert len(tiles()) == 4
    assert not decoder.jpeg(whole, lambda: None).without_metadata
    assert not is_broken(decoder, whole + b"\0\0\0\x10free" + bytes(8))
    assert not is_broken(decoder, whole.replace(b"ftypheic", b"ftypmsf2", 1))
    assert not is_broken(decoder, whole + b"appended by a phone that films as well")


SAVED: dict[str, Callable[[Path], Path]] = {
    "lossy.webp": lambda path: pictures.save(path, quality=80),
    "lossless.webp": lambda path: pictures.save(path, lossless=True),
    "plain.tif": pictures.save,
    "lzw.tif": lambda path: pictures.save(path, compression="tiff_lzw"),
    "deflate.tif": lambda path: pictures.save(path, compression="tiff_adobe_deflate"),
    "jpeg.tif": lambda path: pictures.save(path, compression="jpeg"),
    "packbits.tif": lambda path: pictures.save(path, compression="packbits"),
    "plain.bmp": pictures.save,
}


@pytest.mark.parametrize("name", SAVED)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_others_cut_off_are_broken_too(name: str, share: float, decoder: PictureDecoder, tmp_path: Path) -> None:
    content = SAVED[name](tmp_path / name).read_bytes()
    assert not is_broken(decoder, content)
    assert is_broken(decoder, content[: int(len(content) * share)])


@pytest.mark.parametrize("name", ["pages.tif", "several.heic"])
def test_what_no_jpeg_can_hold_is_broken_where_its_end_is_missing(
    name: str, decoder: PictureDecoder, tmp_path: Path
) -> None:
    file = pictures.SEVERAL if name == "several.heic" else pictures.two_pages(tmp_path / name)
    content = file.read_bytes()
    with pytest.raises(CannotConvert):
        decoder.jpeg(content, lambda: None)
    assert is_broken(decoder, content[: len(content) * 6 // 10])


def test_a_strip_that_inflates_without_end_is_given_up_at_once(decoder: PictureDecoder) -> None:
    bomb = zlib.compress(bytes(60_000_000), 1)
    with pytest.raises(CannotConvert, match="too large"):
        decoder.jpeg(tiff([bomb] * 40, {258: 8, 259: 8, 262: 1, 278: 1}), lambda: None)


def test_what_does_not_inflate_to_its_sum_is_broken(decoder: PictureDecoder, tmp_path: Path) -> None:
    content = SAVED["deflate.tif"](tmp_path / "a.tif").read_bytes()
    tags = Image.open(io.BytesIO(content)).tag_v2  # type: ignore[attr-defined]  # of a TIFF
    start, size = tags[273][0], tags[279][0]
    assert is_broken(decoder, changed(content, start + size - 1, 0x10))  # in the sum itself
    assert is_broken(decoder, zeroed(content, start + size // 2, start + size // 2 + 16))


# What a picture tells of itself


@pytest.mark.parametrize("lost", [1, 50, 200, 287])
def test_a_cut_that_reaches_only_what_is_told_leaves_the_picture(lost: int, decoder: PictureDecoder) -> None:
    made = decoder.jpeg(pictures.HEIC.read_bytes()[:-lost], lambda: None)
    assert made.without_metadata
    assert not Image.open(io.BytesIO(made.content)).getexif()


@pytest.mark.parametrize(
    "block", [b"JUNKJUNK", bytes(100), b"Exif\0\0II*\0\xff\xff\xff\x7f", b"II*\0\x08\0\0\0\xff\xff"]
)
def test_a_block_that_cannot_be_read_is_left_out_and_that_is_said(
    block: bytes, decoder: PictureDecoder, tmp_path: Path
) -> None:
    content = pictures.save(tmp_path / "a.webp", exif=block).read_bytes()
    made = decoder.jpeg(content, lambda: None)
    assert made.without_metadata
    assert "exif" not in Image.open(io.BytesIO(made.content)).info
    assert decoder.thumbnail(content, 40).height == 40


def test_words_that_are_no_xml_are_left_out_and_that_is_said(decoder: PictureDecoder, tmp_path: Path) -> None:
    sound = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    for xmp, readable in ((sound, True), (sound + bytes(9), True), (sound[:-3], False), (bytes(30), False)):
        made = decoder.jpeg(pictures.save(tmp_path / "a.webp", xmp=xmp).read_bytes(), lambda: None)
        assert made.without_metadata is not readable


def test_a_resolution_of_nothing_is_left_out(decoder: PictureDecoder, tmp_path: Path) -> None:
    content = bytearray(pictures.save(tmp_path / "a.tif", dpi=(300, 300)).read_bytes())
    tags = Image.open(io.BytesIO(content)).tag_v2._tagdata  # type: ignore[attr-defined]  # of a TIFF
    struct.pack_into("<II", content, content.index(tags[282]), 0, 0)
    assert decoder.jpeg(bytes(content), lambda: None).without_metadata
