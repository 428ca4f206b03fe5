"""What a ZIP, a 7z or a compound file holds, and whether it is whole, is read from its own directory."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.engine.test_media import DOC, DOCX, MSG, OPEN_XML, XLS, XLSX, ZIP_OF_ONE, told
from tests.support.samples import compound, directory_entry, zipped
from uploader_gui.engine.errors import Variant
from uploader_gui.engine.media import media_type_of

SEVEN_ZIP = "application/x-7z-compressed"
MAIN_TYPES = {
    f"{OPEN_XML}.wordprocessingml.document": DOCX,
    f"{OPEN_XML}.spreadsheetml.sheet": XLSX,
    f"{OPEN_XML}.wordprocessingml.template": "DOTX",
    "application/vnd.ms-word.document.macroEnabled": "DOCM",
    "application/vnd.ms-word.template.macroEnabledTemplate": "DOTM",
    f"{OPEN_XML}.spreadsheetml.template": "XLTX",
    "application/vnd.ms-excel.sheet.macroEnabled": "XLSM",
    "application/vnd.ms-excel.template.macroEnabled": "XLTM",
    "application/vnd.ms-excel.addin.macroEnabled": "XLAM",
    "application/vnd.ms-excel.sheet.binary.macroEnabled": "XLSB",
    f"{OPEN_XML}.presentationml.slideshow": "PowerPoint",
    "application/vnd.ms-powerpoint.presentation.macroEnabled": "PowerPoint",
    "application/vnd.ms-visio.drawing": "Visio",
}
MAIN_PARTS = {
    "word/document.xml": DOCX,
    "xl/workbook.xml": XLSX,
    "xl/workbook.bin": "XLSB",
    "ppt/presentation.xml": "PowerPoint",
    "visio/document.xml": "Visio",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("kind", "what"), MAIN_TYPES.items())
def test_a_package_is_what_its_list_of_types_says(kind: str, what: str, encoding: str) -> None:
    types = f'<Types><Override PartName="/odd.xml" ContentType="{kind}.main+xml"/></Types>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", types.encode(encoding))
        archive.writestr("odd.xml", "<x/>")
    assert told("a.pdf", buffer.getvalue()) == what


@pytest.mark.parametrize(("part", "what"), MAIN_PARTS.items())
def test_a_package_without_that_list_is_what_its_main_part_says(part: str, what: str) -> None:
    for name in (part, part.replace("/", "\\").upper()):
        assert told("a.pdf", zipped(**{name: "<x/>"})) == what


def local(
    *, version: int = 20, flags: int = 0, method: int = 0, packed: int = 5, signature: bytes = b"PK\3\4"
) -> bytes:
    """Give an entry of a ZIP: its header, a name, an extra field, and five bytes."""
    head = struct.pack("<4sHHHHHIIIHH", signature, version, flags, method, 0, 0, 0, packed, 5, 6, 4)
    return head + b"a.textUT\0\0bytes"


DIRECTORY = b"PK\1\2" + bytes(42)
END = b"PK\5\6" + bytes(18)
FAR = b"x" * 70_000
"""So much behind its end that it is not found from behind."""
STREAMED, LARGE = local(flags=8, packed=0), local(packed=0xFFFFFFFF)


@pytest.mark.parametrize(
    "content",
    [
        local()[:20], local(), local() + local()[:-1], local() + local() + DIRECTORY, STREAMED, STREAMED + DIRECTORY,
        local() + local() + b"PK\6\6" + bytes(52), local(version=63) + DIRECTORY, local(version=0x033F) + DIRECTORY,
        local(method=99) + DIRECTORY, LARGE + DIRECTORY, local() + DIRECTORY + END[:3],
    ],
)  # fmt: skip
def test_a_zip_that_surely_ends_too_early_is_not_finished(content: bytes) -> None:
    assert told("all.zip", content) is Variant.NOT_FINISHED


@pytest.mark.parametrize(
    "content",
    [
        local() + DIRECTORY + END + FAR, END + FAR, STREAMED + DIRECTORY + END + FAR, LARGE + DIRECTORY + END + FAR,
        local(version=64) + DIRECTORY, local(version=0x0140) + DIRECTORY, local(method=100) + DIRECTORY,
        local() + local(signature=b"XXXX"), STREAMED + bytes((1 << 20) - len(STREAMED) - 2) + END + FAR,
    ],
)  # fmt: skip
def test_a_zip_that_may_go_on_is_taken_as_it_is(content: bytes) -> None:
    assert told("all.zip", content) == "application/zip"


def test_the_end_of_a_huge_zip_is_not_looked_for_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "huge.zip"
    path.write_bytes(STREAMED)
    os.truncate(path, 300_000_000)
    with path.open("rb") as file:
        assert media_type_of(path.name, file) == "application/zip"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        *((content, "application/zip") for content in (zipped(), ZIP_OF_ONE, ZIP_OF_ONE + b"x")),
        *((content, Variant.NOT_FINISHED) for content in (zipped()[:-1], ZIP_OF_ONE[:-1])),
    ],
)
def test_a_download_is_whole_where_its_closing_record_is(content: bytes, what: str) -> None:
    assert told("all.zip.part", content) == what


def seven_zip_of(offset: int, size: int, length: int) -> bytes:
    """Give a 7z of that length whose directory is said to stand there."""
    pointer = struct.pack("<QQI", offset, size, 0)
    return (b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(pointer)) + pointer).ljust(length, b"\0")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        *((seven_zip_of(*place), SEVEN_ZIP) for place in ((0, 8, 40), (8, 0, 40), (3, 5, 41))),
        *((seven_zip_of(*place), Variant.NOT_FINISHED) for place in ((0, 8, 39), (5, 3, 39))),
        (seven_zip_of(0, 0, 32)[:31], Variant.NOT_FINISHED),
    ],
)
def test_a_7z_is_whole_where_its_directory_lies_in_it(content: bytes, what: str) -> None:
    assert told("all.7z", content) == told("all.7z.part", content) == what


# Where a compound file has its directory

ROOT, UNUSED = directory_entry("Root Entry", 5, child=1), directory_entry("")
WORD = directory_entry("WordDocument", 2)
END_OF_CHAIN = 0xFFFFFFFE


def ole(
    parts: dict[int, bytes],
    following: dict[int, int],
    *,
    tables: tuple[int, ...] = (0,),
    start: int = 1,
    shift: int = 9,
) -> bytes:
    """Give a compound file with these sectors, each followed by another one or by none."""
    size, head = 1 << min(shift, 12), compound("")
    for number, table in enumerate(tables):
        numbers = range(number * size // 4, (number + 1) * size // 4)
        parts[table] = struct.pack(f"<{size // 4}I", *(following.get(one, END_OF_CHAIN) for one in numbers))
    places = struct.pack("<109I", *tables, *[0xFFFFFFFF] * (109 - len(tables)))
    head = head[:30] + struct.pack("<H", shift) + head[32:48] + struct.pack("<I", start) + head[52:76] + places
    content = bytearray(head.ljust(size, b"\0"))
    for number, part in parts.items():
        content.extend(bytes(max(0, (number + 2) * size - len(content))))
        content[(number + 1) * size : (number + 1) * size + len(part)] = part
    return bytes(content)


def entries(*names: tuple[int, int] | bytes) -> bytes:
    """Give a directory of four entries: the root, then these; two numbers are the neighbours of a stream "x"."""
    made = [one if isinstance(one, bytes) else directory_entry("x", 2, *one) for one in names]
    return b"".join([ROOT, *made, UNUSED, UNUSED, UNUSED])[:512]


NO = 0xFFFFFFFF
FOUND = {
    "the root's child": ole({1: entries(WORD)}, {}),
    "its left neighbour": ole({1: entries((2, NO), WORD)}, {}),
    "its right neighbour": ole({1: entries((NO, 2), WORD)}, {}),
    "the last entry": ole({1: entries((NO, 3), UNUSED, WORD)}, {}),
    "neighbours in a circle": ole({1: entries((1, 2), directory_entry("WordDocument", 2, 1, 2))}, {}),
    "a neighbour behind the end": ole({1: entries(directory_entry("WordDocument", 2, 4, 4))}, {}),
    "a second sector": ole({1: entries((NO, 4)), 3: WORD + UNUSED * 3}, {1: 3}),
    "sectors in a circle": ole({1: entries(WORD)}, {1: 1}),
    "sectors in a circle of two": ole({1: entries((NO, 4)), 3: WORD + UNUSED * 3}, {1: 3, 3: 1}),
    "a second table": ole({129: entries((NO, 4)), 131: WORD + UNUSED * 3}, {129: 131}, tables=(0, 130), start=129),
    "far behind what the header lists": ole({13_952: entries(WORD)}, {}, start=13_952),
    "sectors of a size that none has": ole({1: entries(WORD)}, {}, shift=60_000),
    "large sectors": ole({1: entries((NO, 32)).ljust(4096, b"\0"), 3: WORD}, {1: 3}, shift=12),
}


@pytest.mark.parametrize("content", FOUND.values(), ids=FOUND)
def test_a_compound_file_is_what_stands_beside_its_root(content: bytes) -> None:
    assert told("list.csv", content) == DOC


@pytest.mark.parametrize(
    "content", [compound("WordDocument")[:100], ole({1: entries(WORD)}, {}, start=9_000), compound("Storage 1")]
)
def test_where_a_compound_file_tells_nothing_its_name_decides(content: bytes) -> None:
    assert [told(name, content) for name in ("a.xls", "a.jpg", "a.msi")] == [XLS, "Office", "MSI"]


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        ("__properties_version1.0", MSG), ("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS),
        ("PowerPoint Document", "PowerPoint"), ("VisioDocument", "Visio"), ("Quill", "Publisher"),
        ("StarWriterDocument", "StarOffice"), ("StarCalcDocument", "StarOffice"), ("EncryptedPackage", "Office"),
    ],
)  # fmt: skip
def test_a_compound_file_is_told_by_its_main_stream(stream: str, what: str) -> None:
    assert told("a.pdf", compound(stream)) == what
