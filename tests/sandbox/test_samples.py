"""The samples are what they claim to be: judged by Qt, zipfile, email and the program's own table of types."""

from __future__ import annotations

import email
import email.policy
import io
import re
import struct
import time
import zipfile
import zlib
from collections import Counter
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from uploader_gui.engine.errors import TypeNotAccepted
from uploader_gui.engine.media import media_type_of
from uploader_gui.sandbox import write_samples
from uploader_gui.sandbox.canvas import Canvas, gif, png
from uploader_gui.sandbox.jpeg import jpeg
from uploader_gui.sandbox.ole import compound
from uploader_gui.sandbox.sevenzip import seven_zip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from uploader_gui.engine.pictures.decoder import PictureDecoder


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.name: path for path in write_samples(tmp_path_factory.mktemp("samples"))}


def with_suffix(samples: dict[str, Path], *suffixes: str) -> list[Path]:
    return [path for name, path in samples.items() if name.lower().endswith(suffixes)]


def test_forty_four_are_of_accepted_types_and_one_is_not(samples: dict[str, Path]) -> None:
    types: Counter[str] = Counter()
    for name, path in samples.items():
        try:
            types[media_type_of(name, path.read_bytes()[:512])] += 1
        except TypeNotAccepted as refusal:
            types[f"refused {name}: {refusal.detail}"] += 1
    assert samples["IMG_2041.HEIC"].read_bytes()[4:12] == b"ftypheic"
    assert types.pop("refused IMG_2041.HEIC: HEIC") == 1
    assert not [name for name in types if name.startswith("refused")]
    assert sum(types.values()) == 44
    assert len(types) == 14


def test_they_are_small_but_some_take_a_moment(samples: dict[str, Path]) -> None:
    sizes = [path.stat().st_size for path in samples.values()]
    assert min(sizes) > 0
    assert sum(sizes) < 8_000_000
    assert sum(size > 900_000 for size in sizes) >= 3


def test_they_are_written_quickly_and_are_the_same_each_time(samples: dict[str, Path], tmp_path: Path) -> None:
    began = time.process_time()
    again = write_samples(tmp_path)
    assert time.process_time() - began < 10
    assert all(path.read_bytes() == samples[path.name].read_bytes() for path in again)


def test_qt_shows_every_picture_and_no_two_files_are_alike(samples: dict[str, Path], qapp: QApplication) -> None:
    pictures = with_suffix(samples, ".jpg", ".jpeg", ".png", ".gif", ".svg")
    assert len(pictures) == 26
    for path in pictures:
        image = QImage(str(path))
        assert min(image.width(), image.height()) >= 240, path.name
        assert len({image.pixel(x, y) for x in range(0, 240, 9) for y in range(0, 240, 9)}) > 3
    assert len({path.read_bytes() for path in samples.values()}) == 45


def test_a_jpeg_shows_what_was_drawn() -> None:
    canvas = drawn()
    image = QImage.fromData(jpeg(canvas, maker_note=b"\xff\xd9" * 50_000))
    assert (image.width(), image.height()) == (64, 48)
    assert farthest(image, canvas) <= 24


def test_a_jpeg_keeps_a_faint_and_fine_pattern() -> None:
    canvas = Canvas(16, 8)
    canvas.palette = [(126, 126, 126), (134, 134, 134)]
    canvas.pixels = bytearray((x + y) % 2 for y in range(8) for x in range(16))
    assert farthest(QImage.fromData(jpeg(canvas)), canvas) <= 5


def test_a_png_and_a_gif_show_exactly_what_was_drawn() -> None:
    canvas = drawn()
    assert farthest(QImage.fromData(png(canvas)), canvas) == 0
    assert farthest(QImage.fromData(gif(canvas)), canvas) == 0


def test_a_gif_of_noise_outgrows_its_code_table_and_still_reads() -> None:
    canvas = Canvas(200, 200)
    canvas.palette = [(n, 255 - n, n // 2) for n in range(256)]
    canvas.pixels = bytearray(zlib.crc32(bytes([n & 255, n >> 8])) & 255 for n in range(40_000))
    assert farthest(QImage.fromData(gif(canvas)), canvas) == 0


def test_grain_changes_no_more_than_the_two_lowest_bits() -> None:
    canvas = drawn()
    assert 0 < farthest(QImage.fromData(png(canvas, grain=bytes(range(256)) * 36)), canvas) <= 3


def drawn() -> Canvas:
    canvas = Canvas(64, 48)
    canvas.fade((200, 210, 240), (120, 90, 60))
    canvas.rect(-5, 8, (30, 16), (190, 40, 40))
    canvas.disc(44, 24, 14, (20, 120, 70))
    canvas.polygon([(4, 46), (20, 26), (36, 46)], (250, 250, 250))
    return canvas


def farthest(image: QImage, canvas: Canvas) -> int:
    """The greatest difference of any pixel's red, green or blue."""
    pixels = image.convertToFormat(QImage.Format.Format_RGB888)
    assert (pixels.width(), pixels.height()) == (canvas.width, canvas.height)
    # Qt pads each row to four bytes.
    stride, whole = pixels.bytesPerLine(), bytes(pixels.constBits())
    rows = (whole[y * stride :][: 3 * canvas.width] for y in range(canvas.height))
    return max(abs(a - b) for a, b in zip(b"".join(rows), canvas.rgb(), strict=True))


def test_zip_and_office_files_open_and_hold_what_they_should(samples: dict[str, Path]) -> None:
    for path in with_suffix(samples, ".zip", ".docx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
    with zipfile.ZipFile(samples["relevé-désenfumage.xlsx"]) as archive:
        assert "Préau" in archive.read("xl/worksheets/sheet1.xml").decode()
    with zipfile.ZipFile(samples["Compte rendu de visite.docx"]) as archive:
        assert "Jean-Moulin" in archive.read("word/document.xml").decode()
    with zipfile.ZipFile(samples["photos gymnase.zip"]) as archive:
        assert not QImage.fromData(archive.read("gymnase 1.jpg")).isNull()


def test_mails_parse_and_carry_their_picture(samples: dict[str, Path]) -> None:
    for path in with_suffix(samples, ".eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        (attachment,) = mail.iter_attachments()
        assert "é" in mail["Subject"] or "ée" in mail["Subject"]
        assert attachment.get_content_type() == "image/jpeg"
        assert not QImage.fromData(attachment.get_payload(decode=True)).isNull()  # type: ignore[arg-type]  # bytes when decoded


def test_a_pdfs_table_says_where_each_object_begins(samples: dict[str, Path]) -> None:
    for path in with_suffix(samples, ".pdf"):
        content = path.read_bytes()
        table = content[int(content.rsplit(b"startxref\n", 1)[1].split()[0]) :]
        assert table.startswith(b"xref\n0 7\n")
        for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", table), 1):
            assert content[int(place) :].startswith(b"%d 0 obj\n" % number)


def test_a_pdf_shows_the_characters_of_french(samples: dict[str, Path]) -> None:
    content = samples["Devis désenfumage – 2025.pdf"].read_bytes()
    assert "(Remplacement d'un treuil : 1 240,00 € HT) Tj".encode("cp1252") in content


def test_a_7z_holds_its_checksums() -> None:
    archive = seven_zip({"a.txt": b"abc", "é.bin": bytes(40_000)})
    start_crc, offset, size, header_crc = struct.unpack("<IQQI", archive[8:32])
    header = archive[32 + offset : 32 + offset + size]
    assert zlib.crc32(archive[12:32]) == start_crc
    assert zlib.crc32(header) == header_crc
    assert archive[32 : 32 + offset] == b"abc" + bytes(40_000)
    assert "é.bin\0".encode("utf-16-le") in header
    assert archive.endswith(header)
    with pytest.raises(ValueError, match="1"):
        seven_zip({"alone": b""})


def test_a_compound_files_chains_lead_to_small_and_large_streams() -> None:
    streams: Mapping[str, bytes | Mapping[str, bytes]] = {
        "Small": b"s" * 100,
        "Large": bytes(range(256)) * 40,
        "Box": {"Inner": b"i" * 65},
    }
    file = compound(streams)
    assert read_compound(file) == {"Small": b"s" * 100, "Large": bytes(range(256)) * 40, "Inner": b"i" * 65}


def read_compound(file: bytes) -> dict[str, bytes]:
    """Read every stream as [MS-CFB] says, whatever storage it lies in."""
    fat_count, directory = struct.unpack_from("<II", file, 44)
    mini_fat = struct.unpack_from("<I", file, 60)[0]
    sectors = [file[at : at + 512] for at in range(512, len(file), 512)]
    fat = numbers(b"".join(sectors[n] for n in struct.unpack_from(f"<{fat_count}I", file, 76)))
    lines = io.BytesIO(chained(sectors, fat, directory))
    entries = list(iter(lambda: lines.read(128), b""))
    root = chained(sectors, fat, struct.unpack_from("<I", entries[0], 116)[0])
    minis = [root[at : at + 64] for at in range(0, len(root), 64)]
    mini_links = numbers(chained(sectors, fat, mini_fat))
    found = {}
    for entry in entries:
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, size = struct.unpack_from("<IQ", entry, 116)
        if kind == 2:
            source = (minis, mini_links) if size < 4096 else (sectors, fat)
            found[entry[: length - 2].decode("utf-16-le")] = chained(*source, start)[:size]
    return found


def numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data))


def chained(sectors: list[bytes], links: list[int], start: int) -> bytes:
    data = b""
    while start != 0xFFFFFFFE:
        data += sectors[start]
        start = links[start]
    return data


def test_what_the_refused_photo_offers_works(samples: dict[str, Path], decoder: PictureDecoder) -> None:
    made = decoder.jpeg(samples["IMG_2041.HEIC"].read_bytes(), lambda: None)
    picture = QImage.fromData(made.content)
    assert min(picture.width(), picture.height()) >= 64
