"""What a picture tells beside its pixels is in its JPEG too: dates, words, place, colours; what is odd is no damage."""

import io
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tests.support import pictures
from tests.support.pictures import EXIF_IFD, GPS_IFD, MAKER, ORIENTATION, PLACE, TAKEN, TAKEN_AT, UPRIGHT, sketch
from tests.support.tiffs import HEIGHT, WIDTH, tiff
from uploader_gui.engine.errors import BrokenPicture, CannotConvert
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.pictures.messages import Jpeg

ASCII, BYTE, SHORT, LONG, UNDEFINED = 2, 1, 3, 4, 7
DESCRIPTION, IPTC, PHOTOSHOP = 0x010E, 33723, 34377
RECORD = b"\x1c\x02\x19\x00\x05cl\xc3\xa9!"
"""A keyword, as IPTC writes it."""
DATED = '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:DateTimeOriginal="{}"/>'
XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF></x:xmpmeta>'


def jpeg_of(decoder: PictureDecoder, content: bytes) -> Jpeg:
    return decoder.jpeg(content, lambda: None)


def shown(made: Jpeg) -> Image.Image:
    picture = Image.open(io.BytesIO(made.content))
    picture.load()
    return picture


def alike(one: Image.Image, other: Image.Image, close: int = 30) -> bool:
    points = [(x, y) for x in range(4, one.width, 16) for y in range(4, one.height, 16)]
    pairs: Any = [(one.convert("RGB").getpixel(at), other.convert("RGB").getpixel(at)) for at in points]
    return one.size == other.size and all(abs(a - b) <= close for p, q in pairs for a, b in zip(p, q, strict=True))


def tiff_with(path: Path, tag: int, kind: int, value: Any, **options: Any) -> bytes:
    tags = ImageFileDirectory_v2()
    tags.tagtype[tag] = kind
    tags[tag] = value
    return pictures.save(path, tiffinfo=tags, **options).read_bytes()


@pytest.mark.parametrize("options", [{}, {"big_tiff": True}, {"compression": "tiff_lzw"}])
def test_a_date_in_a_tiffs_first_directory_is_kept(
    options: dict[str, Any], decoder: PictureDecoder, tmp_path: Path
) -> None:
    made = jpeg_of(decoder, tiff_with(tmp_path / "a.tif", TAKEN_AT, ASCII, TAKEN, **options))
    assert shown(made).getexif().get_ifd(EXIF_IFD)[TAKEN_AT] == TAKEN
    assert not made.without_metadata


def test_words_are_kept_byte_for_byte_and_so_is_what_explorer_noted(decoder: PictureDecoder, tmp_path: Path) -> None:
    for words in ("Défaut n° 5, échelle".encode(), "Défaut n° 5".encode("latin-1")):
        content = tiff_with(tmp_path / "a.tif", DESCRIPTION, ASCII, "#" * len(words))
        assert words + b"\0" in jpeg_of(decoder, content.replace(b"#" * len(words), words)).content
    words = "à réparer\0".encode("utf-16-le")
    for tag in range(0x9C9B, 0x9CA0):
        assert shown(jpeg_of(decoder, tiff_with(tmp_path / "a.tif", tag, BYTE, words))).getexif()[tag] == words


@pytest.mark.parametrize(
    ("tag", "kind", "value"),
    [
        (IPTC, UNDEFINED, RECORD),
        (IPTC, BYTE, RECORD),
        (IPTC, UNDEFINED, struct.pack(">3I", *struct.unpack("<3I", RECORD.ljust(12, b"\0")))),
        (PHOTOSHOP, BYTE, b"8BIM\x04\x04\0\0" + struct.pack(">I", len(RECORD)) + RECORD),
    ],
)
def test_iptc_stands_where_a_jpeg_has_it(
    tag: int, kind: int, value: Any, decoder: PictureDecoder, tmp_path: Path
) -> None:
    made = jpeg_of(decoder, tiff_with(tmp_path / "a.tif", tag, kind, value))
    assert shown(made).info["photoshop"][0x0404] == RECORD


@pytest.mark.parametrize("name", ["a.webp", "a.tif"])
@pytest.mark.parametrize("size", [100, 200_000])
def test_xmp_of_any_size_is_kept(name: str, size: int, decoder: PictureDecoder, tmp_path: Path) -> None:
    filler = f'<rdf:Description rdf:about="" xmlns:o="http://other/" o:filler="{"x" * size}"/>'
    xmp = XMP.format(DATED.format("2024-03-12T10:11:12") + filler).encode()
    content = pictures.save(tmp_path / name, xmp=xmp) if name == "a.webp" else None
    made = jpeg_of(decoder, content.read_bytes() if content else tiff_with(tmp_path / name, 700, BYTE, xmp))
    first = shown(made).info["xmp"]
    assert b'DateTimeOriginal="2024-03-12T10:11:12"' in first
    if size > 65_000:
        found = made.content.split(b"http://ns.adobe.com/xmp/extension/\0")[1:]
        whole = b"".join(part[40 : 40 + 65_000] for part in found)[: len(xmp)]
        assert whole == xmp
        assert found[0][:32] in first
    else:
        assert first == xmp


@pytest.mark.parametrize("kind", [BYTE, SHORT, LONG])
@pytest.mark.parametrize("name", ["a.tif", "a.webp"])
def test_a_turn_of_any_type_is_obeyed(name: str, kind: int, decoder: PictureDecoder, tmp_path: Path) -> None:
    inline = {BYTE: b"\6", SHORT: b"\6\0", LONG: b"\6\0\0\0"}[kind].ljust(4, b"\0")
    block = b"Exif\0\0II*\0\x08\0\0\0\1\0" + struct.pack("<HHI", ORIENTATION, kind, 1) + inline + bytes(4)
    if name == "a.tif":
        content = tiff_with(tmp_path / name, ORIENTATION, kind, b"\6" if kind == BYTE else 6)
    else:
        content = pictures.save(tmp_path / name, exif=block, lossless=True).read_bytes()
    picture = shown(jpeg_of(decoder, content))
    assert alike(picture, sketch().transpose(UPRIGHT))
    assert picture.getexif().get(ORIENTATION, 1) == 1
    small = decoder.thumbnail(content, 40)
    assert small.height > small.width


@pytest.mark.parametrize("damage", ["value", "directory"])
def test_what_is_whole_of_damaged_details_is_kept(damage: str, decoder: PictureDecoder, tmp_path: Path) -> None:
    block = bytearray(pictures.told())
    tag = 0x0132 if damage == "value" else EXIF_IFD
    at = block.index(struct.pack(">H", tag) if block[6:8] == b"MM" else struct.pack("<H", tag), 16)
    block[at + 8 : at + 12] = b"\x7f\xff\xff\x7f"
    made = jpeg_of(decoder, pictures.save(tmp_path / "a.webp", exif=bytes(block)).read_bytes())
    kept = shown(made).getexif()
    assert made.without_metadata
    assert (kept[MAKER], kept.get_ifd(GPS_IFD)) == ("Maker", PLACE)


@pytest.mark.parametrize(
    ("tag", "long"), [(DESCRIPTION, "x" * 70_000), (EXIF_IFD, {0xA420: "x" * 70_000}), (GPS_IFD, {27: b"x" * 70_000})]
)
def test_a_detail_too_long_for_a_jpeg_is_left_out_wherever_it_stands(
    tag: int, long: Any, decoder: PictureDecoder, tmp_path: Path
) -> None:
    details = Image.Exif()
    details[MAKER], details[tag] = "Maker", long
    made = jpeg_of(decoder, pictures.save(tmp_path / "a.webp", exif=details.tobytes()).read_bytes())
    assert shown(made).getexif()[MAKER] == "Maker"
    assert made.without_metadata


def test_smaller_versions_on_later_pages_are_no_further_pictures(decoder: PictureDecoder, tmp_path: Path) -> None:
    tags = ImageFileDirectory_v2()
    tags[254] = 1
    small = sketch().resize((24, 16))
    small.encoderinfo = {"tiffinfo": tags}  # Pillow's way to give each page its tags
    content = pictures.save(tmp_path / "a.tif", save_all=True, append_images=[small]).read_bytes()
    assert alike(shown(jpeg_of(decoder, content)), sketch())


def test_smaller_versions_beside_a_page_are_no_further_pictures(decoder: PictureDecoder) -> None:
    whole = tiff([bytes([200]) * WIDTH * HEIGHT], {258: 8, 262: 1, 330: (0, 0)})
    at = whole.index(struct.pack("<HHI", 330, SHORT, 2))
    (first,) = struct.unpack_from("<I", whole, 4)
    for subfile, several in ((1, False), (0, True)):
        content = bytearray(whole) + whole[first:]  # the page's own directory once more
        struct.pack_into("<HHII", content, at, 330, LONG, 1, len(whole))
        content[len(whole) + 10] = subfile  # the first entry says what a page is
        if several:
            with pytest.raises(CannotConvert, match="several"):
                jpeg_of(decoder, bytes(content))
        else:
            assert shown(jpeg_of(decoder, bytes(content))).getpixel((9, 9)) == 200


def test_photoshops_layers_are_no_detail_of_the_picture_and_blanks_inside_words_take_no_time(
    decoder: PictureDecoder, tmp_path: Path
) -> None:
    made = jpeg_of(decoder, tiff_with(tmp_path / "a.tif", 0x935C, UNDEFINED, b"layers" * 20_000))
    assert (made.without_metadata, b"layers" in made.content) == (False, False)
    xmp = XMP.format(DATED.format("2024-03-12T10:11:12") + " " * 400_000).encode()
    made = jpeg_of(decoder, tiff_with(tmp_path / "a.tif", 700, BYTE, xmp))
    assert b'DateTimeOriginal="2024-03-12T10:11:12"' in made.content


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_a_profile_that_cannot_be_used_is_left_out_and_that_is_said(
    mode: str, decoder: PictureDecoder, tmp_path: Path
) -> None:
    profile = bytearray(pictures.profile())
    profile[16:20], profile[128:132] = {"RGB": b"RGB ", "CMYK": b"CMYK"}[mode], b"\xff" * 4
    content = pictures.save(tmp_path / "a.tif", sketch().convert(mode), icc_profile=bytes(profile)).read_bytes()
    made = jpeg_of(decoder, content)
    assert made.without_metadata
    assert "icc_profile" not in shown(made).info
    assert alike(shown(made), sketch())


# Colours


def bmp_with(masks: tuple[int, ...], bits: int, pixel: int, header: int = 40) -> bytes:
    """Return a BMP of 8 by 8 equal pixels."""
    data = pixel.to_bytes(bits // 8, "little") * 64
    compression = 6 if header == 40 and len(masks) == 4 else 3
    head = struct.pack("<IiiHHIIiiII", header, 8, 8, 1, bits, compression, len(data), 0, 0, 0, 0)
    return bmp_of((head + struct.pack(f"<{len(masks)}I", *masks)).ljust(header, b"\0"), data)


def bmp_of(head: bytes, data: bytes) -> bytes:
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(data), 0, 0, 14 + len(head)) + head + data


def near(found: Any, wanted: tuple[int, ...], close: int = 4) -> bool:
    return all(abs(a - b) <= close for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("masks", "bits", "pixel", "seen"),
    [
        ((0xF00, 0xF0, 0xF), 16, 0xF80, (255, 136, 0)),
        ((0xF00, 0xF0, 0xF, 0xF000), 16, 0x0F80, (255, 136, 0)),  # opacity that nobody filled in
        ((0x3FF00000, 0xFFC00, 0x3FF), 32, 0x3FF << 20 | 0x200 << 10, (255, 128, 0)),
        ((0x3FF, 0xFFC00, 0x3FF00000), 32, 0x3FF | 0x200 << 10, (255, 128, 0)),
        ((0xFF, 0xFF00, 0xFF0000), 32, 0x0080FF, (255, 128, 0)),
        ((0xFF00, 0xFF0000, 0xFF000000, 0xFF), 32, 0x0080FFFF, (255, 128, 0)),
    ],
)
def test_colours_in_any_bits_of_a_bmp_are_seen(
    masks: tuple[int, ...], bits: int, pixel: int, seen: tuple[int, ...], decoder: PictureDecoder
) -> None:
    for header in (40, 56, 124):
        content = bmp_with(masks, bits, pixel, header)
        assert near(shown(jpeg_of(decoder, content)).getpixel((4, 4)), seen)
        with pytest.raises(BrokenPicture):
            jpeg_of(decoder, content[:-9])


def test_odd_bmps_are_seen_and_those_for_printers_only_not_called_damaged(decoder: PictureDecoder) -> None:
    lines = bmp_of(struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, 12, 0, 0, 0, 0), b"\0\x80\xff" * 4)  # not filled up
    assert near(shown(jpeg_of(decoder, lines)).getpixel((0, 0)), (255, 128, 0), 8)
    with pytest.raises(BrokenPicture):
        jpeg_of(decoder, lines[:-1])
    palette = bytes([0, 128, 255, 0]) * 300  # more colours than its pixels can name
    many = bmp_of(struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 8, 0, 64, 0, 0, 300, 0) + palette, bytes(64))
    assert near(shown(jpeg_of(decoder, many)).getpixel((4, 4)), (255, 128, 0))
    for compression in (4, 5, 11):
        content = bytearray(bmp_with((0xFF0000, 0xFF00, 0xFF), 32, 0))
        content[30] = compression
        with pytest.raises(CannotConvert):
            jpeg_of(decoder, bytes(content))


def test_a_bmps_profile_is_kept(decoder: PictureDecoder) -> None:
    content = bytearray(bmp_with((0xFF0000, 0xFF00, 0xFF), 32, 0x0080FF, header=124))
    content[14 + 56 : 14 + 60] = b"DEBM"
    content[14 + 112 : 14 + 120] = struct.pack("<II", len(content) - 14, len(pictures.profile()))
    made = jpeg_of(decoder, bytes(content) + pictures.profile())
    assert shown(made).info["icc_profile"] == pictures.profile()
    cut = jpeg_of(decoder, bytes(content) + pictures.profile()[:-100])
    assert cut.without_metadata
    assert "icc_profile" not in shown(cut).info


def with_nclx(primaries: int, transfer: int) -> bytes:
    """Return a HEIC whose colours are told in numbers; its profile's box, of the same size, is freed."""
    content = pictures.HEIC.read_bytes()
    at = content.index(b"colrprof")
    size = int.from_bytes(content[at - 4 : at], "big")
    nclx = b"colrnclx" + struct.pack(">HHHB", primaries, transfer, 6, 0x80)
    return content[:at] + nclx.ljust(size - 4, b"\0") + content[at + size - 4 :]


@pytest.mark.parametrize(
    ("primaries", "transfer", "kept"),
    [
        (1, 13, None), (1, 1, None), (2, 2, None), (12, 13, "carried"), (9, 1, "carried"), (1, 4, "carried"),
        (9, 16, "sRGB"),
    ],
)  # fmt: skip
def test_colours_told_in_numbers_are_kept(
    primaries: int, transfer: int, kept: str | None, decoder: PictureDecoder
) -> None:
    profile = shown(jpeg_of(decoder, with_nclx(primaries, transfer))).info.get("icc_profile")
    assert (profile is not None) == (kept is not None)
    if profile is None:
        return
    description = ImageCms.getProfileDescription(io.BytesIO(profile)).strip()
    assert ("sRGB" in description) == (kept == "sRGB")
    white = Image.new("RGB", (1, 1), "white")
    in_srgb = ImageCms.profileToProfile(white, io.BytesIO(profile), ImageCms.createProfile("sRGB"))
    assert in_srgb is not None
    assert min(in_srgb.getpixel((0, 0))) >= 254  # type: ignore[arg-type]  # of RGB a tuple


def test_a_heic_that_is_a_film_or_coded_in_another_way_is_not_called_damaged(decoder: PictureDecoder) -> None:
    film = b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc" + b"\0\0\0\x10mdat" + bytes(8) + b"\0\0\0\x10moov" + bytes(8)
    grid = pictures.GRID.read_bytes()
    codings = (b"av01", b"avc1", b"j2k1", b"jpeg", b"vvc1", b"unci")
    for content in (film, *(grid.replace(b"hvc1", coding) for coding in codings)):
        with pytest.raises(CannotConvert):
            jpeg_of(decoder, content)
    with pytest.raises(BrokenPicture):
        jpeg_of(decoder, film[:-4])


# Thumbnails


def test_a_scan_in_black_and_white_is_recognised_when_small(decoder: PictureDecoder, tmp_path: Path) -> None:
    page = Image.new("1", (1600, 1600), 1)
    for line in range(0, 1600, 8):
        page.paste(0, (0, line, 1600, line + 2))
    small = decoder.thumbnail(pictures.save(tmp_path / "a.tif", page).read_bytes(), 40)
    assert set(small.content[::4]) <= set(range(150, 240))


def test_a_palette_with_opacity_is_recognised_when_small(decoder: PictureDecoder, tmp_path: Path) -> None:
    drawing = Image.new("P", (800, 800), 0)
    drawing.putpalette([255, 0, 0, 0, 0, 255])
    for column in range(0, 800, 4):
        drawing.paste(1, (column, 0, column + 2, 800))
    small = decoder.thumbnail(pictures.save(tmp_path / "a.bmp", drawing).read_bytes(), 40)
    assert {value // 64 for value in small.content[::4]} == {1} or set(small.content[::4]) <= set(range(100, 155))


def test_the_first_of_several_pictures_and_a_thin_one_are_small_in_both_directions(
    decoder: PictureDecoder, tmp_path: Path
) -> None:
    small = decoder.thumbnail(pictures.SEVERAL.read_bytes(), 24)
    assert (small.width, small.height) == (32, 24)
    assert small.content[0] > 200
    thin = pictures.save(tmp_path / "a.tif", Image.new("L", (4, 60_000))).read_bytes()
    assert decoder.thumbnail(thin, 40).height <= 40 * 8
