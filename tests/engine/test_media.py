"""The media type of a file is decided by its extension and confirmed by its bytes."""

import io
import random
import struct
import zlib

import pytest

from tests.support.files import MEDIA_TYPES, Files
from tests.support.samples import SAMPLES, compound, gif, jpeg, open_xml, pdf, png, seven_zip, zipped
from uploader_gui.engine.errors import TypeNotAccepted, Variant
from uploader_gui.engine.media import BY_EXTENSION, HEAD_BYTES, media_type_of, type_name

OPEN_XML = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX = f"{OPEN_XML}.wordprocessingml.document", f"{OPEN_XML}.spreadsheetml.sheet"
DOC, XLS, MSG = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-outlook"
PDF, ZIP, SEVEN_ZIP = "application/pdf", "application/zip", "application/x-7z-compressed"
ON_THE_PAGE = {
    "image/jpg", "image/jpeg", "image/png", "image/svg+xml", "image/gif", "text/plain", "text/csv", PDF, DOC, DOCX,
    XLS, XLSX, ZIP, SEVEN_ZIP, MSG, "message/rfc822",
}  # fmt: skip
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
SLIDES, OLD_SLIDES = zipped(**{"ppt/presentation.xml": "<p/>"}), compound("PowerPoint Document")
DOCX_FILE, XLSX_FILE, ZIP_OF_ONE = (SAMPLES[extension][1] for extension in (".docx", ".xlsx", ".zip"))
PAGE = b"<!DOCTYPE html><html><body><form>Your session has expired</form></body></html>"
POINTER = struct.pack("<QQI", 100, 10, 0)
CUT_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(POINTER)) + POINTER
NO_ZIP = b"PK\x03\x04" + b"\xff" * 70_000
SEVERAL = b"PK\x05\x06" + struct.pack("<HHHHIIH", 1, 1, 0, 1, 60, 100, 0)
"""The closing record of a ZIP of two volumes."""


def told(name: str, content: bytes) -> str:
    """Return the media type of a file, or what it is refused as."""
    try:
        return media_type_of(name, io.BytesIO(content))
    except TypeNotAccepted as refusal:
        return refusal.variant or refusal.detail


def document(main_part: str, kind: str) -> bytes:
    return open_xml(main_part, kind, "<x/>")


def test_the_table_knows_every_type_of_the_services_page_but_image_jpg(files: Files) -> None:
    assert set(BY_EXTENSION.values()) == set(files.one_of_each()) == ON_THE_PAGE - {"image/jpg"}


@pytest.mark.parametrize("extension", [*sorted(MEDIA_TYPES), ".jpeg", ".jfif", ".jpe"])
def test_each_type_is_known_by_its_true_bytes_and_where_they_say_nothing_by_its_extension(extension: str) -> None:
    media, content = SAMPLES.get(extension, SAMPLES[".jpg"])
    assert told(f"a{extension}", content) == told(f"RAPPORT{extension.upper()}", content) == media
    assert told(f"a{extension}", b"\x01" + random.Random(extension).randbytes(HEAD_BYTES - 1)) == media


TAKEN = [
    # bytes that contradict the name decide
    ("photo.jpg", png(), "image/png"),
    ("photo.png", jpeg(), "image/jpeg"),
    ("photo.jpg", gif(), "image/gif"),
    ("photo.jpg", gif().replace(b"GIF89a", b"GIF87a"), "image/gif"),
    ("report.docx", pdf(), PDF),
    ("report.pdf", ZIP_OF_ONE, ZIP),
    ("old.doc", zipped(), ZIP),
    ("empty.pdf", zipped(), ZIP),
    ("archive.zip", seven_zip(), SEVEN_ZIP),
    ("photo.heic", jpeg(), "image/jpeg"),
    ("notes.txt", png(), "image/png"),
    ("archive", ZIP_OF_ONE, ZIP),
    ("photo.jpg", NO_ZIP, ZIP),
    ("scan.pdf", b"\n<html>" + pdf(), PDF),
    # what Word and Excel open under their old names is theirs
    *((name, b'<?xml version="1.0"?><w:wordDocument/>', kind) for name, kind in (("old.doc", DOC), ("old.xls", XLS))),
    *((name, b"<table><tr><td>1</td></tr></table>", kind) for name, kind in (("old.doc", DOC), ("old.xls", XLS))),
    ("old.doc", b"{\\rtf1 text}", DOC),
    ("old.doc", b"<html xmlns:w='urn:schemas-microsoft-com:office:word'><body/></html>", DOC),
    ("old.xls", b"\x09\x08\x10\0\0\x06\x05\0", XLS),
    ("old.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", XLS),
    ("old.xls", b"room\tfinding\n", XLS),
    # a whole file is one though a browser did not name it
    ("all.zip.crdownload", ZIP_OF_ONE, ZIP),
    ("all.7z.001", seven_zip(), SEVEN_ZIP),
    ("photo.jpg.part", jpeg() + b"\0\r\n", "image/jpeg"),
    ("photo.gif.part", gif(), "image/gif"),
    ("photo.png.part", png(), "image/png"),
    ("scan.pdf.part", pdf() + b"x" * 900, PDF),
    # a signature is enough where the name says nothing
    *((name, pdf(), PDF) for name in ("scan", "scan.", "scan.part", "scan.pdf.tmp")),
    # an SVG is text of any kind
    ("drawing.svg", b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
    ("drawing.svg", "\ufeff<svg/>".encode("utf-16"), "image/svg+xml"),
    ("drawing.png", b"\xef\xbb\xbf<?xml version='1.0'?><!-- a --><svg/>", "image/svg+xml"),
    ("drawing.txt", b"<svg/>", "text/plain"),
    # a listed type under the name of another goes as what it is
    ("export.xls", XLSX_FILE, XLSX),
    ("letter.doc", DOCX_FILE, DOCX),
    ("letter.docx", XLSX_FILE, XLSX),
    ("letter.xlsx", compound("WordDocument"), DOC),
    ("photo.jpg", compound("Workbook"), XLS),
    ("list.csv", compound("__properties_version1.0"), MSG),
    ("letter", DOCX_FILE, DOCX),
    ("template.dot", compound("WordDocument"), DOC),
    ("scan.pdf", b"\r\n" + bytes(500) + pdf(), PDF),
    ("photo.jpg", b"\x01" * 5000 + ZIP_OF_ONE, "image/jpeg"),
    ("photo.jpg", b"\x01" * 50 + pdf(), "image/jpeg"),
    # a document with a password is still that document
    *(("locked.doc", compound("EncryptedPackage"), DOCX), ("locked.docx", compound("EncryptedPackage"), DOCX)),
    ("locked.xlsx", compound("EncryptedPackage"), XLSX),
    # a ZIP is one whatever stands before, in or behind it
    ("all.zip", b"PK\x07\x08PK\x03\x04" + bytes(50), ZIP),
    ("all.zip", b"PK00" + ZIP_OF_ONE, ZIP),
    ("all.zip", bytes(5000) + ZIP_OF_ONE, ZIP),
    ("all.zip", DOCX_FILE, ZIP),
    ("padded.docx", DOCX_FILE + b"\x01" * 70_000, DOCX),
    ("odd.docx", NO_ZIP, DOCX),
    ("odd.zip", NO_ZIP, ZIP),
    ("odd.7z", b"7z\xbc\xaf\x27\x1c" + b"\xff" * 100, SEVEN_ZIP),
    ("large.zip", ZIP_OF_ONE[:-18] + b"\xff" * 4 + ZIP_OF_ONE[-14:], ZIP),
]
REFUSED: list[tuple[str, bytes, str]] = [
    # what the service does not take, by its own name
    *((name, HEIC, "HEIC") for name in ("IMG_1.jpg", "IMG_1.HEIC")),
    ("IMG_1.heic", b"", "HEIC"),
    ("a.mov", HEIC.replace(b"ftypheic", b"ftypqt  "), "QuickTime"),
    ("a.rpm", b"\x7fELF\x02\x01", "RPM"),
    ("a.zip", b"Rar!\x1a\x07\x01\0", "RAR"),
    ("deck.pptx", SLIDES, "PowerPoint"),
    ("text.odt", zipped(), "OpenDocument"),
    ("book.epub", zipped(), "EPUB"),
    ("deck.ppt", OLD_SLIDES, "PowerPoint"),
    ("setup.msi", compound("Table"), "MSI"),
    ("setup.exe", b"MZ\x90\0", "EXE"),
    ("nothing", b"\x01\x02", ""),
    # what the list lacks, under a listed name
    ("a.docx", zipped(mimetype="application/vnd.oasis.opendocument.text"), "OpenDocument"),
    ("a.docx", document("word/document.xml", "application/vnd.ms-word.document.macroEnabled"), "DOCM"),
    ("a.docx", document("word/document.xml", f"{OPEN_XML}.wordprocessingml.template"), "DOTX"),
    ("a.xls", document("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled"), "XLSM"),
    ("a.xlsx", document("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled"), "XLSB"),
    ("a.xlsm", document("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled"), "XLSM"),
    ("a.pdf", SLIDES, "PowerPoint"),
    ("a.doc", OLD_SLIDES, "PowerPoint"),
    ("a.jpg", compound("Table"), "Office"),
    ("a.jpg", bytes(4) + b"wide" + bytes(20), "QuickTime"),
    ("a.jpg", b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "XML"),
    ("a.zip", b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "XML"),
    ("a.pdf", b'{"message": "Unauthorized"}', "JSON"),
    ("a.png", b'[ {"id": 1} ]', "JSON"),
    ("a.pdf", b"\n<div class='x'>Your session has expired</div>", "HTML"),
    ("a.jpg", b"#!AMR\n<voice", "AMR"),
    ("a.jpg", b"FORM\0\0\1\0AIFFCOMM", "AIFF"),
    ("a.jpg", (b"time" + b"G" + bytes(187)) * 6, "MPEG"),
    # what is certainly not what its name says
    ("login-page.pdf", PAGE, Variant.LOOKS_LIKE_PAGE),
    ("login-page.docx", b"\xff\xfe" + "\n<HTML >".encode("utf-16-le"), Variant.LOOKS_LIKE_PAGE),
    ("login-page.xls", PAGE, Variant.LOOKS_LIKE_PAGE),
    ("table.pdf", b"<html><table>", Variant.LOOKS_LIKE_PAGE),
    ("scan.pdf", b"<html>" + b" " * 1100 + pdf(), Variant.LOOKS_LIKE_PAGE),
    ("letter.doc.part", compound("WordDocument"), Variant.NOT_FINISHED),
    ("program.zip", b"MZ\x90\0" + bytes(60) + ZIP_OF_ONE, Variant.LOOKS_LIKE_PROGRAM),
    ("program.jpg", b"MZ\x90\0" + bytes(60), Variant.LOOKS_LIKE_PROGRAM),
    ("script.pdf", b"#!/bin/sh\n", Variant.LOOKS_LIKE_PROGRAM),
    ("photo.jpg", bytes(HEAD_BYTES), Variant.BEGINS_WITH_ZEROS),
    ("letter.doc", bytes(100), Variant.BEGINS_WITH_ZEROS),
    ("cut.zip", ZIP_OF_ONE[:60], Variant.NOT_FINISHED),
    ("cut.docx", DOCX_FILE[:300], Variant.NOT_FINISHED),
    ("cut.7z", CUT_SEVEN_ZIP, Variant.NOT_FINISHED),
    ("all.7zaa", CUT_SEVEN_ZIP, Variant.NOT_FINISHED),
    ("scan.pdf.crdownload", pdf() + b"x" * 1030, Variant.NOT_FINISHED),
    ("scan.pdf.crdownload", pdf()[:200], Variant.NOT_FINISHED),
    ("photo.jpg.part", jpeg()[:50], Variant.NOT_FINISHED),
    ("film.part", b"?", Variant.NOT_FINISHED),
    ("all.zip.crdownload", ZIP_OF_ONE[:60], Variant.NOT_FINISHED),
    ("all.7z.001", CUT_SEVEN_ZIP, Variant.SPLIT_ARCHIVE),
    ("all.7z.002", b"?", Variant.SPLIT_ARCHIVE),
    ("all.zip.001", ZIP_OF_ONE[:60], Variant.SPLIT_ARCHIVE),
    ("all.z01", b"PK\x07\x08PK\x03\x04", Variant.SPLIT_ARCHIVE),
    ("all.zip", b"the rest" + SEVERAL, Variant.SPLIT_ARCHIVE),
    ("all.zip", b"the rest" * 20 + SEVERAL, Variant.SPLIT_ARCHIVE),
]


@pytest.mark.parametrize(("name", "content", "what"), TAKEN + REFUSED)
def test_a_file_is_sent_or_refused_as_what_it_is(name: str, content: bytes, what: str) -> None:
    assert told(name, content) == what


@pytest.mark.parametrize(
    ("brands", "what"),
    [
        ("mif2 heic", "HEIC"), ("1pic heix", "HEIC"), ("miaf MiHE", "HEIC"), ("MiHB", "HEIC"), ("xxxx mif1", "HEIC"),
        ("mif1 avif miaf", "AVIF"), ("avis", "AVIF"), ("crx  isom", "CR3"), ("isom mp42", "MP4"), ("M4A  isom", "M4A"),
        ("mif1 miaf avif", "AVIF"), ("xxxx isom", "MP4"), ("isom mif1", "MP4"), ("M4V  mif1", "MP4"),
    ],
)  # fmt: skip
def test_compatible_brands_tell_what_a_general_first_one_does_not(brands: str, what: str) -> None:
    listed = [brands[at : at + 4].encode() for at in range(0, len(brands), 5)]
    box = b"ftyp" + listed[0] + bytes(4) + b"".join(listed[1:])
    assert told("IMG_1.jpg", struct.pack(">I", len(box) + 4) + box + b"avif") == what


@pytest.mark.parametrize(
    "end",
    [
        "g ", "g.", "G . .", "g\u200b", "g\u202e\u00a0", "\u2060g\u3164", "g\a", "g\U000e0100",
        "g\U000e01ef\ufe00\ufe0f",
    ],
)  # fmt: skip
def test_what_cannot_be_seen_does_not_hide_an_extension(end: str) -> None:
    assert (told(f"photo.jp{end}", b"\x01\x02"), type_name(f"photo.jp{end}")) == ("image/jpeg", "JPG")


@pytest.mark.parametrize("character", "\ufdff\ufe10\U000e00ff\U000e01f0")
def test_what_can_be_seen_is_a_part_of_the_extension(character: str) -> None:
    assert told(f"photo.jpg{character}", b"\x01\x02").startswith("JPG")


@pytest.mark.parametrize("text", [b"MICRO\xb5 aWAVE guide", b"LONG    WEBPAGE", b"See ftyp boxes", b"The ftypqt brand"])
def test_words_in_a_text_are_no_signature(text: bytes) -> None:
    assert told("notes.txt", text) == "text/plain"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("a.HEIC", "HEIC"), ("a.pptx", "PowerPoint"), ("a.Xyz", "XYZ"), ("README", ""), (".jpg", ""), (" ...", ""),
        ("a." + "x" * 20, "X" * 16),
    ],
)  # fmt: skip
def test_a_type_has_a_short_name_for_people(name: str, short: str) -> None:
    assert type_name(name) == short


# Every signature

CERTAIN: dict[str, tuple[bytes, ...]] = {
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "Photoshop": (b"8BPS\0",), "RAR": (b"Rar!\x1a\x07",),
    "GZIP": (b"\x1f\x8b\x08",), "XZ": (b"\xfd7zXZ\0",), "BZIP2": (b"BZh91AY&SY",), "ZSTD": (b"\x28\xb5\x2f\xfd",),
    "CAB": (b"MSCF\0\0\0\0",), "Matroska": (b"\x1aE\xdf\xa3",), "WMV": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",),
    "FLV": (b"FLV\x01",), "MPEG": (b"\0\0\x01\xba", b"\0\0\x01\xb3"), "OGG": (b"OggS\0",), "FLAC": (b"fLaC\0",),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"), "JPEG XL": (b"\0\0\0\x0cJXL \r\n\x87\n",),
    "SQLite": (b"SQLite format 3\0",), "LNK": (b"L\0\0\0\x01\x14\x02\0",), "WebP": (b"RIFF\x24\0\0\0WEBP",),
    "AVI": (b"RIFF\x24\0\0\0AVI ",), "WAV": (b"RIFF\x24\0\0\0WAVE",),
    **{
        kind: tuple(b"\0\0\0\x14ftyp" + brands[at : at + 4] for at in range(0, len(brands), 4))
        for kind, brands in {
            "HEIC": b"heicheixheimheishevchevxhevmhevsmif1mif2msf1miaf1picMiHEMiHBMiHAMiPrMiAnMiCmtmap",
            "AVIF": b"avifavisMA1AMA1B", "CR3": b"crx ", "QuickTime": b"qt  ", "M4A": b"M4A ",
            "MP4": b"isomiso2mp41mp42avc1M4V 3gp4",
        }.items()
    },
    "BMP": tuple(
        b"BM" + struct.pack("<IHHII", 66, 0, 0, max(size, 14), size) + bytes(size - 4)
        for size in (12, 16, 40, 52, 56, 64, 108, 124)
    ),
}  # fmt: skip
"""The first bytes of what no text begins with, by the name that people know."""
MAY_BE_TEXT: dict[str, tuple[bytes, ...]] = {
    "AMR": (b"#!AMR",), "RTF": (b"{\\rtf",), "PostScript": (b"%!PS", b"\xc5\xd0\xd3\xc6"), "MP3": (b"ID3",),
    "DWG": (b"AC1032",), "XCF": (b"gimp xcf v011",), "RAF": (b"FUJIFILMCCD-RAW",), "RW2": (b"IIU\0",),
    "ORF": (b"IIRO", b"MMOR"), "PST": (b"!BDN",), "DjVu": (b"AT&TFORM",), "ICNS": (b"icns",), "ICO": (b"\0\0\1\0",),
    "WMF": (b"\xd7\xcd\xc6\x9a",), "PLIST": (b"bplist00",), "AppleDouble": (b"\0\5\x16\7\0\2",), "CUR": (b"\0\0\2\0",),
    "DDS": (b"DDS ",), "OpenEXR": (b"\x76\x2f\x31\1",), "MNG": (b"\x8aMNG\r\n",), "JNG": (b"\x8bJNG\r\n",),
    "DPX": (b"SDPX", b"XPDS"), "FITS": (b"SIMPLE  =",), "HDR": (b"#?RADIANCE",), "X3F": (b"FOVb",), "MRW": (b"\0MRM",),
    "AU": (b".snd",), "MIDI": (b"MThd\0\0\0\6",), "RealMedia": (b".RMF",), "CHM": (b"ITSF\3",), "REG": (b"regf",),
    "EVTX": (b"ElfFile\0",), "Access": (b"\0\1\0\0Standard ",), "LAS": (b"LASF",), "E57": (b"ASTM-E57",),
    "STEP": (b"ISO-10303-21;",), "VCARD": (b"BEGIN:VCARD", b"BEGIN:VCALENDAR"), "WOFF": (b"wOFF",),
    "HDF5": (b"\x89HDF\r\n",), "AIFF": (b"FORMtextAIFF", b"FORMtextAIFC"), "EMF": (b"\x01" * 40 + b" EMF",),
    "QuickTime": tuple(b"text" + box for box in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
    "DICOM": (b"\x01" * 128 + b"DICM",), "TAR": (b"x" * 257 + b"ustar",),
    "XML": (b"<!DOCTYPE note>", b"<note>", b" <?xml"), "JSON": (b'{"a"', b"{}", b"[[1", b'["', b"[{"),
    "MPEG": ((b"G" + b"t" * 187) * 5, (b"time" + b"G" + b"t" * 187) * 5),
}  # fmt: skip
"""The same of what a text may begin with."""


@pytest.mark.parametrize(("what", "head"), [(what, head) for what, heads in CERTAIN.items() for head in heads])
def test_what_no_text_begins_with_is_refused_whatever_it_is_called(what: str, head: bytes) -> None:
    assert [told(name, head) for name in ("a.txt", "a.jpg", "a")] == [what] * 3


@pytest.mark.parametrize(("what", "head"), [(what, head) for what, heads in MAY_BE_TEXT.items() for head in heads])
def test_what_a_text_may_begin_with_is_refused_where_the_name_promises_a_signature(what: str, head: bytes) -> None:
    assert (told("a.jpg", head), told("a.txt", head)) == (what, "text/plain")


@pytest.mark.parametrize(
    "head",
    [
        b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe\0", b"MZ" + b"x" * 61 + b"\0",
    ],
)  # fmt: skip
def test_a_program_is_one_under_every_name(head: bytes) -> None:
    assert [told(name, head) for name in ("a.txt", "a.pdf", "a")] == [Variant.LOOKS_LIKE_PROGRAM] * 3
    assert told("a.so", head) == "SO"


@pytest.mark.parametrize(
    "text",
    [
        b"MZ" + b"x" * 62 + b"\0",
        b"BM of the week",
        b"BM" + struct.pack("<IHHII", 66, 0, 0, 26, 12) + bytes(7),
        b"BM" + struct.pack("<IHHII", 66, 0, 0, 100, 41) + bytes(60),
        b"BM" + struct.pack("<IHHII", 66, 0, 0, 39, 40) + bytes(60),
        b"XM" + struct.pack("<IHHII", 66, 0, 0, 54, 40) + bytes(60),
        (b"G" + bytes(187)) * 4 + b"X",
    ],
)
def test_what_only_resembles_a_signature_is_a_text(text: bytes) -> None:
    assert told("notes.txt", text) == "text/plain"


@pytest.mark.parametrize(
    ("page", "what"),
    [
        (b"<html><table><tr>", XLS),
        (b"<html><p>Error", Variant.LOOKS_LIKE_PAGE),
        (b"<html><table><form>", Variant.LOOKS_LIKE_PAGE),
        (b"<html><table><input >", Variant.LOOKS_LIKE_PAGE),
        (b"<html><table><script>", Variant.LOOKS_LIKE_PAGE),
        (b"<html><meta name=ProgId content=Excel.Sheet><form>", XLS),
        (b"<html><meta name=Generator content='Microsoft Excel 15'><form>", XLS),
        (b"<html>" + b" " * 60_000 + b"<table>", XLS),
    ],
)
def test_a_page_is_a_sheet_where_it_is_a_table_or_was_saved_as_one(page: bytes, what: str) -> None:
    assert told("a.xls", page) == what
