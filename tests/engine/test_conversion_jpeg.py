"""A picture becomes a JPEG that shows and tells the same: upright once, with its colours, date and place."""

import hashlib
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.support import pictures
from tests.support.pictures import EXIF_IFD, GPS_IFD, ORIENTATION, PLACE, TAKEN, TAKEN_AT
from uploader_gui.engine.conversion import MAX_BYTES, into_jpeg
from uploader_gui.engine.errors import BrokenPicture, CannotConvert, NotPrepared, SourceChanged, UploaderError
from uploader_gui.engine.own_files import Abandoned, Heartbeat
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.pictures.messages import MAX_PIXELS
from uploader_gui.engine.source import describe_only

UPRIGHT = (64, 96)
CORNERS = {(58, 5): (255, 0, 0), (58, 90): (0, 255, 0), (5, 48): (0, 0, 255)}
CLOSE = 12


def converted(decoder: PictureDecoder, path: Path) -> Image.Image:
    target = path.with_name("made.jpg")
    into_jpeg(describe_only(path, path), target, Heartbeat(), decoder)
    picture = Image.open(target)
    picture.load()
    return picture


def error_of(decoder: PictureDecoder, path: Path) -> UploaderError:
    with pytest.raises(UploaderError) as caught:
        converted(decoder, path)
    return caught.value


def alike(here: Any, there: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= CLOSE for a, b in zip(here, there, strict=True))


@pytest.mark.parametrize("name", pictures.MAKERS)
def test_a_picture_of_each_kind_becomes_an_upright_jpeg_that_tells_date_place_and_colours(
    name: str, decoder: PictureDecoder, tmp_path: Path
) -> None:
    picture = converted(decoder, pictures.MAKERS[name](tmp_path / name))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", UPRIGHT)
    assert all(alike(picture.getpixel(at), color) for at, color in CORNERS.items())
    exif = picture.getexif()
    assert exif.get(ORIENTATION, 1) == 1
    if not name.endswith("bmp"):
        assert (exif.get_ifd(EXIF_IFD)[TAKEN_AT], exif.get_ifd(GPS_IFD)) == (TAKEN, PLACE)
        assert pictures.dateless(picture.info["icc_profile"]) == pictures.profile()


def test_an_exif_block_is_kept_but_for_the_turn_and_one_too_long_for_a_jpeg_loses_the_makers_note_alone(
    decoder: PictureDecoder, tmp_path: Path
) -> None:
    assert converted(decoder, pictures.webp(tmp_path / "a.webp")).info["exif"] == pictures.told(orientation=1)
    path = pictures.save(tmp_path / "b.webp", exif=pictures.told(note=b"n" * 70_000))
    assert converted(decoder, path).getexif().get_ifd(EXIF_IFD) == {TAKEN_AT: TAKEN}


def test_what_is_transparent_becomes_white(decoder: PictureDecoder, tmp_path: Path) -> None:
    clear, half = Image.new("RGBA", (8, 8), (255, 0, 0, 0)), Image.new("LA", (8, 8), (0, 0))
    webp, tif = pictures.save(tmp_path / "a.webp", clear, lossless=True), pictures.save(tmp_path / "b.tif", half)
    assert converted(decoder, webp).getpixel((4, 4)) == (255,) * 3
    assert converted(decoder, tif).getpixel((4, 4)) == 255


@pytest.mark.parametrize(
    ("mode", "color", "seen"),
    [
        ("P", 0, (0, 0, 0)),
        ("CMYK", (0, 255, 255, 0), (255, 0, 0)),
        ("LAB", (255, 128, 128), (255, 255, 255)),
    ],
)
def test_other_kinds_of_colour_are_seen_as_they_are(
    mode: str, color: Any, seen: tuple[int, ...], decoder: PictureDecoder, tmp_path: Path
) -> None:
    picture = converted(decoder, pictures.save(tmp_path / "a.tif", Image.new(mode, (8, 8), color)))
    assert alike(picture.getpixel((4, 4)), seen)


def test_the_resolution_of_a_scan_is_kept_and_a_profile_of_other_colours_is_not(
    decoder: PictureDecoder, tmp_path: Path
) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    info = converted(decoder, pictures.save(tmp_path / "a.tif", icc_profile=lab, dpi=(300, 300))).info
    assert (info["dpi"], "icc_profile" in info) == ((300, 300), False)


def test_the_same_picture_becomes_the_same_bytes_and_is_hashed_as_it_was_read(
    decoder: PictureDecoder, tmp_path: Path
) -> None:
    path = pictures.heic(tmp_path / "a.heic")
    made = [tmp_path / "1.jpg", tmp_path / "2.jpg"]
    hashes = {into_jpeg(describe_only(path, path), target, Heartbeat(), decoder)[0] for target in made}
    assert made[0].read_bytes() == made[1].read_bytes()
    assert hashes == {hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.mark.parametrize("name", ["pages.tif", "moving.webp"])
def test_several_pages_are_not_left_out_silently(name: str, decoder: PictureDecoder, tmp_path: Path) -> None:
    error = error_of(decoder, pictures.save(tmp_path / name, save_all=True, append_images=[Image.new("RGB", (96, 64))]))
    assert isinstance(error, CannotConvert)
    assert error.detail == "it has several pages or images"


@pytest.mark.parametrize(("tag", "value"), [(254, 1), (50706, 1), (330, 8)])
def test_a_raw_photos_preview_does_not_pass_for_the_photo(
    tag: int, value: int, decoder: PictureDecoder, tmp_path: Path
) -> None:
    """284, planar configuration, is one that a plain picture can do without."""
    path = pictures.save(tmp_path / "a.tif")
    path.write_bytes(with_another_tag(path.read_bytes(), 284, tag, value))
    assert isinstance(error_of(decoder, path), CannotConvert)


@pytest.mark.parametrize("side", [11_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(
    side: int, decoder: PictureDecoder, tmp_path: Path
) -> None:
    path = pictures.save(tmp_path / "a.bmp", Image.new("1", (8, 8)))
    head = bytearray(path.read_bytes())
    struct.pack_into("<ii", head, 18, side, side)
    path.write_bytes(head)
    assert side * side > MAX_PIXELS
    error = error_of(decoder, path)
    assert isinstance(error, CannotConvert)
    assert error.detail == "it is too large"


def test_a_picture_just_below_the_limit_is_converted(decoder: PictureDecoder, tmp_path: Path) -> None:
    side = int((MAX_PIXELS - 1) ** 0.5)
    path = pictures.save(tmp_path / "a.tif", Image.new("1", (side, side), 1), compression="group4")
    assert decoder.jpeg(path.read_bytes(), lambda: None).content.startswith(b"\xff\xd8\xff")


def test_what_one_jpeg_cannot_hold_or_memory_cannot_take_is_refused_and_a_damaged_picture_called_that(
    decoder: PictureDecoder, tmp_path: Path
) -> None:
    deep, huge = pictures.save(tmp_path / "a.tif", Image.new("F", (8, 8), 1.5)), tmp_path / "b.tif"
    huge.touch()
    os.truncate(huge, MAX_BYTES + 1)
    assert isinstance(error_of(decoder, deep), CannotConvert)
    assert isinstance(error_of(decoder, huge), CannotConvert)
    huge.write_bytes(b"\0" * 100)
    assert isinstance(error_of(decoder, huge), BrokenPicture)


def test_what_keeps_a_sound_picture_from_becoming_a_jpeg_is_told(decoder: PictureDecoder, tmp_path: Path) -> None:
    path, target = pictures.heic(tmp_path / "a.heic"), tmp_path / "made.jpg"
    source = describe_only(path, path)
    with pytest.raises(Abandoned):
        into_jpeg(source, target, Heartbeat(stopped=True), decoder)
    with pytest.raises(NotPrepared):
        into_jpeg(source, tmp_path / "nowhere" / "made.jpg", Heartbeat(), decoder)
    os.utime(path, ns=(0, source.mtime_ns + 1))
    with pytest.raises(SourceChanged):
        into_jpeg(source, target, Heartbeat(), decoder)


def with_another_tag(tiff: bytes, tag: int, becomes: int, value: int) -> bytes:
    """Put a tag in the place of another one of a little-endian TIFF's only directory, and keep that in order."""
    (at,) = struct.unpack_from("<I", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, at)
    entries = [tiff[at + 2 + 12 * n : at + 14 + 12 * n] for n in range(count)]
    other = struct.pack("<HHII", becomes, 4, 1, value)
    changed = sorted(other if struct.unpack_from("<H", one) == (tag,) else one for one in entries)
    return tiff[: at + 2] + b"".join(changed) + tiff[at + 2 + 12 * count :]
