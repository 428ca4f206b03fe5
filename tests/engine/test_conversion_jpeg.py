"""A picture becomes a JPEG that shows and tells the same: upright once, with its colours, date and place."""

import hashlib
import io
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.support import pictures
from tests.support.pictures import EXIF_IFD, GPS_IFD, MAKERS_NOTE, ORIENTATION, PLACE, TAKEN, TAKEN_AT
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
def test_a_picture_of_each_kind_becomes_an_upright_jpeg(name: str, decoder: PictureDecoder, tmp_path: Path) -> None:
    picture = converted(decoder, pictures.MAKERS[name](tmp_path / name))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", UPRIGHT)
    assert all(alike(picture.getpixel(at), color) for at, color in CORNERS.items())
    assert picture.getexif().get(ORIENTATION, 1) == 1


@pytest.mark.parametrize("name", [name for name in pictures.MAKERS if not name.endswith("bmp")])
def test_date_place_and_profile_are_kept(name: str, decoder: PictureDecoder, tmp_path: Path) -> None:
    picture = converted(decoder, pictures.MAKERS[name](tmp_path / name))
    exif = picture.getexif()
    assert exif.get_ifd(EXIF_IFD)[TAKEN_AT] == TAKEN
    assert exif.get_ifd(GPS_IFD) == PLACE
    assert pictures.dateless(picture.info["icc_profile"]) == pictures.profile()


def test_an_exif_block_is_kept_byte_for_byte_but_for_the_turn(decoder: PictureDecoder, tmp_path: Path) -> None:
    picture = converted(decoder, pictures.webp(tmp_path / "a.webp"))
    assert picture.info["exif"] == pictures.told(orientation=1)


def test_a_block_too_long_for_a_jpeg_loses_the_makers_note_and_no_date(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "a.webp", exif=pictures.told(note=b"n" * 70_000))
    kept = converted(decoder, path).getexif().get_ifd(EXIF_IFD)
    assert kept == {TAKEN_AT: TAKEN}
    assert MAKERS_NOTE not in kept


def test_a_damaged_exif_block_does_not_stop_the_picture(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "a.webp", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert converted(decoder, path).size == (96, 64)


def test_what_is_transparent_becomes_white(decoder: PictureDecoder, tmp_path: Path) -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    half = Image.new("LA", (8, 8), (0, 0))
    assert converted(decoder, pictures.save(tmp_path / "a.webp", clear, lossless=True)).getpixel((4, 4)) == (
        255,
        255,
        255,
    )
    assert converted(decoder, pictures.save(tmp_path / "b.tif", half)).getpixel((4, 4)) == 255


@pytest.mark.parametrize(
    ("mode", "color", "seen"),
    [
        ("L", 77, 77),
        ("1", 1, 255),
        ("P", 0, (0, 0, 0)),
        ("CMYK", (0, 255, 255, 0), (255, 0, 0)),
        ("LAB", (255, 128, 128), (255, 255, 255)),
        ("I;16", 257 * 77, 77),
    ],
)
def test_other_kinds_of_colour_are_seen_as_they_are(
    mode: str, color: Any, seen: Any, decoder: PictureDecoder, tmp_path: Path
) -> None:
    picture = converted(decoder, pictures.save(tmp_path / "a.tif", Image.new(mode, (8, 8), color)))
    pixel: Any = picture.getpixel((4, 4))
    assert alike(pixel if isinstance(pixel, tuple) else (pixel,), seen if isinstance(seen, tuple) else (seen,))


def test_sixteen_bits_counted_from_white_are_turned_round(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "a.tif", Image.new("I;16", (8, 8), 257 * 200))
    path.write_bytes(with_tag(path.read_bytes(), 262, 0))
    assert converted(decoder, path).getpixel((4, 4)) == 55


def test_a_profile_of_other_colours_is_not_put_on_the_jpeg(decoder: PictureDecoder, tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert "icc_profile" not in converted(decoder, pictures.save(tmp_path / "a.tif", icc_profile=lab)).info


def test_the_resolution_of_a_scan_is_kept(decoder: PictureDecoder, tmp_path: Path) -> None:
    assert converted(decoder, pictures.save(tmp_path / "a.tif", dpi=(300, 300))).info["dpi"] == (300, 300)


def test_the_original_is_hashed_as_it_was_read(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.heic(tmp_path / "a.heic")
    sha256, _ = into_jpeg(describe_only(path, path), tmp_path / "made.jpg", Heartbeat(), decoder)
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_picture_becomes_the_same_bytes(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.heic(tmp_path / "a.heic")
    made = [tmp_path / "1.jpg", tmp_path / "2.jpg"]
    for target in made:
        into_jpeg(describe_only(path, path), target, Heartbeat(), decoder)
    assert made[0].read_bytes() == made[1].read_bytes()


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
    path.write_bytes(with_tag(path.read_bytes(), 284, value, becomes=tag))
    assert isinstance(error_of(decoder, path), CannotConvert)


def test_pixels_deeper_than_a_jpeg_can_show_are_not_guessed_at(decoder: PictureDecoder, tmp_path: Path) -> None:
    error = error_of(decoder, pictures.save(tmp_path / "a.tif", Image.new("F", (8, 8), 1.5)))
    assert isinstance(error, CannotConvert)


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


def test_a_file_too_large_to_read_into_memory_is_refused_unread(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.touch()
    os.truncate(path, MAX_BYTES + 1)
    assert isinstance(error_of(decoder, path), CannotConvert)


@pytest.mark.parametrize("name", pictures.MAKERS)
def test_a_damaged_picture_is_called_damaged(name: str, decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.MAKERS[name](tmp_path / name)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    assert isinstance(error_of(decoder, path), BrokenPicture)
    path.write_bytes(b"\0" * 100)
    assert isinstance(error_of(decoder, path), BrokenPicture)


def test_a_picture_that_changed_meanwhile_is_not_converted(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.heic(tmp_path / "a.heic")
    source = describe_only(path, path)
    os.utime(path, ns=(0, source.mtime_ns + 1))
    with pytest.raises(SourceChanged):
        into_jpeg(source, tmp_path / "made.jpg", Heartbeat(), decoder)


def test_nobody_waits_for_what_was_given_up(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.heic(tmp_path / "a.heic")
    with pytest.raises(Abandoned):
        into_jpeg(describe_only(path, path), tmp_path / "made.jpg", Heartbeat(stopped=True), decoder)


def test_a_place_that_cannot_be_written_is_no_fault_of_the_picture(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = pictures.heic(tmp_path / "a.heic")
    with pytest.raises(NotPrepared):
        into_jpeg(describe_only(path, path), tmp_path / "nowhere" / "made.jpg", Heartbeat(), decoder)


def with_tag(tiff: bytes, tag: int, value: int, *, becomes: int | None = None) -> bytes:
    """Change a tag of a little-endian TIFF's only directory, which stays in order where it must be."""
    changed = bytearray(tiff)
    (at,) = struct.unpack_from("<I", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, at)
    entries = [bytes(changed[at + 2 + 12 * n : at + 14 + 12 * n]) for n in range(count)]
    made = io.BytesIO()
    for entry in sorted(_changed(one, tag, value, becomes) for one in entries):
        made.write(entry)
    changed[at + 2 : at + 2 + 12 * count] = made.getvalue()
    return bytes(changed)


def _changed(entry: bytes, tag: int, value: int, becomes: int | None) -> bytes:
    if struct.unpack_from("<H", entry) != (tag,):
        return entry
    return struct.pack("<HHII", becomes or tag, 4, 1, value)
