"""The media type of a file is decided by its extension and confirmed by its bytes."""

import io
import os
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.support.files import MEDIA_TYPES, Files
from tests.support.samples import SAMPLES, compound, directory_entry, gif, jpeg, open_xml, pdf, png, seven_zip, zipped
from uploader_gui.engine.errors import TypeNotAccepted, Variant
from uploader_gui.engine.media import BY_EXTENSION, HEAD_BYTES, type_name
from uploader_gui.engine.media import media_type_of as media_type_in

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_THE_PAGE = {
    "image/jpg", "image/jpeg", "image/png", "image/svg+xml", "image/gif", "text/plain", "text/csv", "application/pdf",
    "application/msword", DOCX, "application/vnd.ms-excel", XLSX, "application/zip", "application/x-7z-compressed",
    "application/vnd.ms-outlook", "message/rfc822",
}  # fmt: skip
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
OLE = compound("PowerPoint Document")
ZIP = zipped(**{"ppt/presentation.xml": "<p/>"})


PDF = "application/pdf"
DOC, XLS, MSG = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-outlook"
OPEN_XML = "application/vnd.openxmlformats-officedocument"
DOCX_FILE, XLSX_FILE = SAMPLES[".docx"][1], SAMPLES[".xlsx"][1]
PAGE = b"<!DOCTYPE html><html><body><form>Your session has expired</form></body></html>"
POINTER = struct.pack("<QQI", 100, 10, 0)
CUT_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(POINTER)) + POINTER
ZIP_OF_ONE = SAMPLES[".zip"][1]
SEVERAL = b"PK\x05\x06" + struct.pack("<HHHHIIH", 1, 1, 0, 1, 60, 100, 0)
"""The closing record of a ZIP of two volumes."""


def media_type_of(name: str, content: bytes) -> str:
    return media_type_in(name, io.BytesIO(content))


def refused(name: str, content: bytes) -> TypeNotAccepted:
    with pytest.raises(TypeNotAccepted) as caught:
        media_type_of(name, content)
    return caught.value


def refusal_of(name: str, content: bytes) -> str:
    return refused(name, content).detail


def document(main_part: str, kind: str) -> bytes:
    return open_xml(main_part, kind, "<x/>")


def test_the_table_knows_every_type_of_the_services_page_but_image_jpg() -> None:
    assert set(BY_EXTENSION.values()) == ON_THE_PAGE - {"image/jpg"}


def test_each_of_the_15_types_is_recognised_by_its_true_bytes(files: Files) -> None:
    made = files.one_of_each()
    assert len(made) == 15
    for media, path in made.items():
        assert media_type_of(path.name, path.read_bytes()) == media


@pytest.mark.parametrize("extension", sorted(MEDIA_TYPES))
def test_an_upper_case_extension_is_the_same_extension(extension: str) -> None:
    media, content = SAMPLES[extension]
    assert media_type_of(f"RAPPORT{extension.upper()}", content) == media


@pytest.mark.parametrize("extension", [".jpg", ".jpeg", ".jfif", ".jpe", ".JPG"])
def test_a_jpeg_is_image_jpeg_and_never_image_jpg(extension: str) -> None:
    assert media_type_of(f"a{extension}", jpeg()) == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("photo.jpg", png(), "image/png"),
        ("photo.png", jpeg(), "image/jpeg"),
        ("photo.jpg", gif(), "image/gif"),
        ("photo.jpg", gif().replace(b"GIF89a", b"GIF87a"), "image/gif"),
        ("report.docx", pdf(), "application/pdf"),
        ("report.pdf", SAMPLES[".zip"][1], "application/zip"),
        ("old.doc", zipped(), "application/zip"),
        ("empty.pdf", zipped(), "application/zip"),
        ("archive.zip", seven_zip(), "application/x-7z-compressed"),
        ("photo.heic", jpeg(), "image/jpeg"),
        ("notes.txt", png(), "image/png"),
        ("archive", ZIP_OF_ONE, "application/zip"),
        ("photo.jpg", b"PK\x03\x04" + b"\xff" * 70_000, "application/zip"),
        ("scan.pdf", b"\n<html>" + pdf(), "application/pdf"),
    ],
)
def test_bytes_that_contradict_the_name_decide(name: str, content: bytes, media: str) -> None:
    assert media_type_of(name, content) == media


@pytest.mark.parametrize("text", [b'<?xml version="1.0"?><w:wordDocument/>', b"<table><tr><td>1</td></tr></table>"])
@pytest.mark.parametrize(("name", "media"), [("old.doc", DOC), ("old.xls", XLS)])
def test_what_word_and_excel_open_under_their_old_names_is_theirs(name: str, media: str, text: bytes) -> None:
    assert media_type_of(name, text) == media


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("all.zip.crdownload", SAMPLES[".zip"][1], "application/zip"),
        ("all.7z.001", seven_zip(), "application/x-7z-compressed"),
        ("photo.jpg.part", jpeg() + b"\0\r\n", "image/jpeg"),
        ("photo.gif.part", gif(), "image/gif"),
        ("photo.png.part", png(), "image/png"),
        ("scan.pdf.part", pdf() + b"x" * 900, "application/pdf"),
    ],
)
def test_a_whole_file_is_one_though_a_browser_did_not_name_it(name: str, content: bytes, media: str) -> None:
    assert media_type_of(name, content) == media


@pytest.mark.parametrize("name", ["scan", "scan.", "scan.part", "scan.pdf.tmp"])
def test_a_signature_is_enough_where_the_name_says_nothing(name: str) -> None:
    assert media_type_of(name, pdf()) == "application/pdf"


@pytest.mark.parametrize("extension", sorted(MEDIA_TYPES))
def test_bytes_without_a_signature_leave_the_extension_to_decide(extension: str) -> None:
    noise = b"\x01" + random.Random(extension).randbytes(HEAD_BYTES - 1)
    assert media_type_of(f"a{extension}", noise) == MEDIA_TYPES[extension]


@pytest.mark.parametrize(
    ("name", "content"),
    [("drawing.svg", b"<?xml version='1.0'?><svg/>"), ("drawing.svg", "\ufeff<svg/>".encode("utf-16"))],
)
def test_an_svg_is_text_of_any_kind(name: str, content: bytes) -> None:
    assert media_type_of(name, content) == "image/svg+xml"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("IMG_1.jpg", HEIC, "HEIC"),
        ("IMG_1.HEIC", HEIC, "HEIC"),
        ("IMG_1.heic", b"", "HEIC"),
        ("a.jpg", HEIC.replace(b"heic", b"mif1"), "HEIC"),
        ("a.jpg", HEIC.replace(b"heic", b"avif"), "AVIF"),
        ("a.jpg", HEIC.replace(b"heic", b"isom"), "MP4"),
        ("a.mov", HEIC.replace(b"ftypheic", b"ftypqt  "), "QuickTime"),
        ("a.jpg", b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        ("a.webp", b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        ("a.avi", b"RIFF\x24\0\0\0AVI LIST", "AVI"),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt ", "WAV"),
        ("a.jpg", b"II*\0\x08\0\0\0", "TIFF"),
        ("a.jpg", b"MM\0*\0\0\0\x08", "TIFF"),
        ("a.zip", b"Rar!\x1a\x07\x01\0", "RAR"),
        ("a.rpm", b"\x7fELF\x02\x01", "RPM"),
        ("a.csv", b"\x1f\x8b\x08\0", "GZIP"),
        ("deck.pptx", ZIP, "PowerPoint"),
        ("text.odt", zipped(), "OpenDocument"),
        ("book.epub", zipped(), "EPUB"),
        ("deck.ppt", OLE, "PowerPoint"),
        ("setup.msi", compound("Table"), "MSI"),
        ("setup.exe", b"MZ\x90\0", "EXE"),
        ("nothing", b"\x01\x02", ""),
    ],
)
def test_what_the_service_does_not_take_is_refused_by_its_own_name(name: str, content: bytes, what: str) -> None:
    assert refusal_of(name, content) == what


@pytest.mark.parametrize(
    ("name", "content", "type_"),
    [
        ("export.xls", XLSX_FILE, XLSX),
        ("letter.doc", DOCX_FILE, DOCX),
        ("letter.docx", XLSX_FILE, XLSX),
        ("letter.xlsx", compound("WordDocument"), DOC),
        ("photo.jpg", compound("Workbook"), XLS),
        ("list.csv", compound("__properties_version1.0"), MSG),
        ("letter.doc", compound("EncryptedPackage"), DOCX),
        ("letter", DOCX_FILE, DOCX),
        ("template.dot", compound("WordDocument"), DOC),
        ("old.doc", b"{\\rtf1 text}", DOC),
        ("old.doc", b"<?xml version='1.0'?><w:wordDocument/>", DOC),
        ("old.doc", b"<html xmlns:w='urn:schemas-microsoft-com:office:word'><body/></html>", DOC),
        ("old.xls", b"\x09\x08\x10\0\0\x06\x05\0", XLS),
        ("old.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", XLS),
        ("old.xls", b"room\tfinding\n", XLS),
        ("scan.pdf", b"\r\n" + bytes(500) + pdf(), PDF),
        ("all.zip", b"PK\x07\x08PK\x03\x04" + bytes(50), "application/zip"),
        ("all.zip", b"PK00" + SAMPLES[".zip"][1], "application/zip"),
        ("all.zip", bytes(5000) + SAMPLES[".zip"][1], "application/zip"),
        ("all.zip", DOCX_FILE, "application/zip"),
        ("padded.docx", DOCX_FILE + b"\x01" * 70_000, DOCX),
        ("odd.docx", b"PK\x03\x04" + b"\xff" * 70_000, DOCX),
        ("odd.zip", b"PK\x03\x04" + b"\xff" * 70_000, "application/zip"),
        ("odd.7z", b"7z\xbc\xaf\x27\x1c" + b"\xff" * 100, "application/x-7z-compressed"),
        ("photo.jpg", b"\x01" * 5000 + ZIP_OF_ONE, "image/jpeg"),
        ("photo.jpg", b"\x01" * 50 + pdf(), "image/jpeg"),
        ("drawing.txt", b"<svg/>", "text/plain"),
        ("large.zip", ZIP_OF_ONE[:-18] + b"\xff" * 4 + ZIP_OF_ONE[-14:], "application/zip"),
        ("drawing.png", b"\xef\xbb\xbf<?xml version='1.0'?><!-- a --><svg/>", "image/svg+xml"),
    ],
)
def test_a_listed_type_under_the_name_of_another_goes_as_what_it_is(name: str, content: bytes, type_: str) -> None:
    assert media_type_of(name, content) == type_


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.jpg", b"BM" + struct.pack("<IHHII", 66, 0, 0, 54, 40) + bytes(36), "BMP"),
        ("a.png", b"8BPS\0\x01" + bytes(20), "Photoshop"),
        ("a.pdf", b"{\\rtf1 text}", "RTF"),
        ("a.docx", zipped(mimetype="application/vnd.oasis.opendocument.text"), "OpenDocument"),
        ("a.docx", document("word/document.xml", "application/vnd.ms-word.document.macroEnabled"), "DOCM"),
        ("a.docx", document("word/document.xml", f"{OPEN_XML}.wordprocessingml.template"), "DOTX"),
        ("a.xls", document("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled"), "XLSM"),
        ("a.xlsx", document("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled"), "XLSB"),
        ("a.xlsm", document("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled"), "XLSM"),
        ("a.pdf", ZIP, "PowerPoint"),
        ("a.doc", OLE, "PowerPoint"),
        ("a.jpg", compound("Table"), "Office"),
        ("a.jpg", bytes(4) + b"wide" + bytes(20), "QuickTime"),
        ("a.jpg", b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "XML"),
        ("a.zip", b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "XML"),
        ("a.pdf", b'{"message": "Unauthorized"}', "JSON"),
        ("a.png", b'[ {"id": 1} ]', "JSON"),
        ("a.pdf", b"\n<div class='x'>Your session has expired</div>", "HTML"),
        ("a.jpg", b"#!AMR\n<voice", "AMR"),
        ("a.jpg", b"\0\0\1\0\1\0\x10\x10\0\0\1\0", "ICO"),
        ("a.jpg", b"FORM\0\0\1\0AIFFCOMM", "AIFF"),
        ("a.doc", compound("Quill"), "Publisher"),
        ("a.jpg", b"\0\5\x16\7\0\2\0\0Mac OS X", "AppleDouble"),
        ("a.pdf", b"ISO-10303-21;\nHEADER;", "STEP"),
        ("a.jpg", (b"time" + b"G" + bytes(187)) * 6, "MPEG"),
    ],
)
def test_what_the_list_lacks_is_refused_under_a_listed_name(name: str, content: bytes, what: str) -> None:
    assert refusal_of(name, content) == what


@pytest.mark.parametrize(
    ("name", "content", "variant"),
    [
        ("login-page.pdf", PAGE, Variant.LOOKS_LIKE_PAGE),
        ("login-page.docx", b"\xff\xfe" + "\n<HTML >".encode("utf-16-le"), Variant.LOOKS_LIKE_PAGE),
        ("login-page.xls", PAGE, Variant.LOOKS_LIKE_PAGE),
        ("table.pdf", b"<html><table>", Variant.LOOKS_LIKE_PAGE),
        ("scan.pdf", b"<html>" + b" " * 1100 + pdf(), Variant.LOOKS_LIKE_PAGE),
        ("letter.doc.part", compound("WordDocument"), Variant.NOT_FINISHED),
        ("program.jpg", b"MZ\x90\0" + bytes(60), Variant.LOOKS_LIKE_PROGRAM),
        ("program.zip", b"MZ\x90\0" + bytes(60) + SAMPLES[".zip"][1], Variant.LOOKS_LIKE_PROGRAM),
        ("program.txt", b"\x7fELF\x02\x01", Variant.LOOKS_LIKE_PROGRAM),
        ("script.pdf", b"#!/bin/sh\n", Variant.LOOKS_LIKE_PROGRAM),
        ("photo.jpg", bytes(HEAD_BYTES), Variant.BEGINS_WITH_ZEROS),
        ("letter.doc", bytes(100), Variant.BEGINS_WITH_ZEROS),
        ("cut.zip", SAMPLES[".zip"][1][:60], Variant.NOT_FINISHED),
        ("cut.docx", DOCX_FILE[:300], Variant.NOT_FINISHED),
        ("cut.7z", CUT_SEVEN_ZIP, Variant.NOT_FINISHED),
        ("all.7zaa", CUT_SEVEN_ZIP, Variant.NOT_FINISHED),
        ("scan.pdf.crdownload", pdf() + b"x" * 1030, Variant.NOT_FINISHED),
        ("scan.pdf.crdownload", pdf()[:200], Variant.NOT_FINISHED),
        ("photo.jpg.part", jpeg()[:50], Variant.NOT_FINISHED),
        ("film.part", b"?", Variant.NOT_FINISHED),
        ("all.zip.crdownload", SAMPLES[".zip"][1][:60], Variant.NOT_FINISHED),
        ("all.7z.001", CUT_SEVEN_ZIP, Variant.SPLIT_ARCHIVE),
        ("all.7z.002", b"?", Variant.SPLIT_ARCHIVE),
        ("all.zip.001", SAMPLES[".zip"][1][:60], Variant.SPLIT_ARCHIVE),
        ("all.z01", b"PK\x07\x08PK\x03\x04", Variant.SPLIT_ARCHIVE),
        ("all.zip", b"the rest" + SEVERAL, Variant.SPLIT_ARCHIVE),
        ("all.zip", b"the rest" * 20 + SEVERAL, Variant.SPLIT_ARCHIVE),
    ],
)
def test_what_is_certainly_not_what_its_name_says_is_refused_as_what_it_is(
    name: str, content: bytes, variant: Variant
) -> None:
    assert refused(name, content).variant is variant


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
    assert refusal_of("IMG_1.jpg", struct.pack(">I", len(box) + 4) + box + b"avif") == what


@pytest.mark.parametrize(
    "name",
    [
        "photo.jpg ",
        "photo.jpg.",
        "photo.JPG . .",
        "photo.jpg\u200b",
        "photo.jpg\u202e\u00a0",
        "photo.j\u2060pg\u3164",
        "photo.jpg\U000e0100",
        "photo.jpg\U000e01ef\ufe00\ufe0f",
        "photo.jpg\a",
    ],
)
def test_what_cannot_be_seen_does_not_hide_an_extension(name: str) -> None:
    assert media_type_of(name, b"\x01\x02") == "image/jpeg"
    assert type_name(name) == "JPG"


@pytest.mark.parametrize("character", "\ufdff\ufe10\U000e00ff\U000e01f0")
def test_what_can_be_seen_is_a_part_of_the_extension(character: str) -> None:
    refused(f"photo.jpg{character}", b"\x01\x02")


@pytest.mark.parametrize(("name", "media"), [("locked.docx", DOCX), ("locked.xlsx", XLSX)])
def test_a_document_with_a_password_is_still_that_document(name: str, media: str) -> None:
    assert media_type_of(name, compound("EncryptedPackage")) == media


@pytest.mark.parametrize("text", [b"MICRO\xb5 aWAVE guide", b"LONG    WEBPAGE", b"See ftyp boxes", b"The ftypqt brand"])
def test_words_in_a_text_are_no_signature(text: bytes) -> None:
    assert media_type_of("notes.txt", text) == "text/plain"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("a.HEIC", "HEIC"),
        ("a.pptx", "PowerPoint"),
        ("a.Xyz", "XYZ"),
        ("README", ""),
        (".jpg", ""),
        (" ...", ""),
        ("a." + "x" * 20, "X" * 16),
    ],
)
def test_a_type_has_a_short_name_for_people(name: str, short: str) -> None:
    assert type_name(name) == short


# Every signature

CERTAIN: dict[str, tuple[bytes, ...]] = {
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "Photoshop": (b"8BPS\0",),
    "RAR": (b"Rar!\x1a\x07",),
    "GZIP": (b"\x1f\x8b\x08",),
    "XZ": (b"\xfd7zXZ\0",),
    "BZIP2": (b"BZh91AY&SY",),
    "ZSTD": (b"\x28\xb5\x2f\xfd",),
    "CAB": (b"MSCF\0\0\0\0",),
    "Matroska": (b"\x1aE\xdf\xa3",),
    "WMV": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",),
    "FLV": (b"FLV\x01",),
    "MPEG": (b"\0\0\x01\xba", b"\0\0\x01\xb3"),
    "OGG": (b"OggS\0",),
    "FLAC": (b"fLaC\0",),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
    "JPEG XL": (b"\0\0\0\x0cJXL \r\n\x87\n",),
    "SQLite": (b"SQLite format 3\0",),
    "LNK": (b"L\0\0\0\x01\x14\x02\0",),
    "WebP": (b"RIFF\x24\0\0\0WEBP",),
    "AVI": (b"RIFF\x24\0\0\0AVI ",),
    "WAV": (b"RIFF\x24\0\0\0WAVE",),
    "HEIC": tuple(
        b"\0\0\0\x14ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm")
    )
    + tuple(b"\0\0\0\x14ftyp" + brand for brand in (b"hevs", b"mif1", b"mif2", b"msf1", b"miaf", b"1pic", b"MiHE"))
    + tuple(b"\0\0\0\x14ftyp" + brand for brand in (b"MiHB", b"MiHA", b"MiPr", b"MiAn", b"MiCm", b"tmap")),
    "AVIF": tuple(b"\0\0\0\x14ftyp" + brand for brand in (b"avif", b"avis", b"MA1A", b"MA1B")),
    "CR3": (b"\0\0\0\x14ftypcrx ",),
    "QuickTime": (b"\0\0\0\x14ftypqt  ",),
    "M4A": (b"\0\0\0\x14ftypM4A ",),
    "MP4": tuple(
        b"\0\0\0\x14ftyp" + brand for brand in (b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4")
    ),
    "BMP": tuple(
        b"BM" + struct.pack("<IHHII", 66, 0, 0, max(size, 14), size) + bytes(size - 4)
        for size in (12, 16, 40, 52, 56, 64, 108, 124)
    ),
}
"""The first bytes of what no text begins with, by the name that people know."""
MAY_BE_TEXT: dict[str, tuple[bytes, ...]] = {
    "AMR": (b"#!AMR",),
    "RTF": (b"{\\rtf",),
    "PostScript": (b"%!PS", b"\xc5\xd0\xd3\xc6"),
    "MP3": (b"ID3",),
    "DWG": (b"AC1032",),
    "XCF": (b"gimp xcf v011",),
    "RAF": (b"FUJIFILMCCD-RAW",),
    "RW2": (b"IIU\0",),
    "ORF": (b"IIRO", b"MMOR"),
    "PST": (b"!BDN",),
    "DjVu": (b"AT&TFORM",),
    "ICNS": (b"icns",),
    "WMF": (b"\xd7\xcd\xc6\x9a",),
    "PLIST": (b"bplist00",),
    "AppleDouble": (b"\0\5\x16\7\0\2",),
    "ICO": (b"\0\0\1\0",),
    "CUR": (b"\0\0\2\0",),
    "DDS": (b"DDS ",),
    "OpenEXR": (b"\x76\x2f\x31\1",),
    "MNG": (b"\x8aMNG\r\n",),
    "JNG": (b"\x8bJNG\r\n",),
    "DPX": (b"SDPX", b"XPDS"),
    "FITS": (b"SIMPLE  =",),
    "HDR": (b"#?RADIANCE",),
    "X3F": (b"FOVb",),
    "MRW": (b"\0MRM",),
    "AU": (b".snd",),
    "MIDI": (b"MThd\0\0\0\6",),
    "RealMedia": (b".RMF",),
    "CHM": (b"ITSF\3",),
    "REG": (b"regf",),
    "EVTX": (b"ElfFile\0",),
    "Access": (b"\0\1\0\0Standard ",),
    "LAS": (b"LASF",),
    "E57": (b"ASTM-E57",),
    "STEP": (b"ISO-10303-21;",),
    "VCARD": (b"BEGIN:VCARD", b"BEGIN:VCALENDAR"),
    "WOFF": (b"wOFF",),
    "HDF5": (b"\x89HDF\r\n",),
    "QuickTime": tuple(b"text" + box for box in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
    "AIFF": (b"FORMtextAIFF", b"FORMtextAIFC"),
    "EMF": (b"\x01" * 40 + b" EMF",),
    "DICOM": (b"\x01" * 128 + b"DICM",),
    "TAR": (b"x" * 257 + b"ustar",),
    "MPEG": ((b"G" + b"t" * 187) * 5, (b"time" + b"G" + b"t" * 187) * 5),
    "XML": (b"<!DOCTYPE note>", b"<note>", b" <?xml"),
    "JSON": (b'{"a"', b"{}", b"[[1", b'["', b"[{"),
}
"""The same of what a text may begin with."""


@pytest.mark.parametrize(("what", "head"), [(what, head) for what, heads in CERTAIN.items() for head in heads])
def test_what_no_text_begins_with_is_refused_whatever_it_is_called(what: str, head: bytes) -> None:
    assert [refusal_of(name, head) for name in ("a.txt", "a.jpg", "a")] == [what] * 3


@pytest.mark.parametrize(("what", "head"), [(what, head) for what, heads in MAY_BE_TEXT.items() for head in heads])
def test_what_a_text_may_begin_with_is_refused_where_the_name_promises_a_signature(what: str, head: bytes) -> None:
    assert refusal_of("a.jpg", head) == what
    assert media_type_of("a.txt", head) == "text/plain"


@pytest.mark.parametrize(
    "head",
    [
        b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe\0", b"MZ" + b"x" * 61 + b"\0",
    ],
)  # fmt: skip
def test_a_program_is_one_under_every_name(head: bytes) -> None:
    assert [refused(name, head).variant for name in ("a.txt", "a.pdf", "a")] == [Variant.LOOKS_LIKE_PROGRAM] * 3
    assert refusal_of("a.so", head) == "SO"


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
    assert media_type_of("notes.txt", text) == "text/plain"


@pytest.mark.parametrize(
    ("page", "is_one"),
    [
        (b"<html><table><tr>", True),
        (b"<html><p>Error", False),
        (b"<html><table><form>", False),
        (b"<html><table><input >", False),
        (b"<html><table><script>", False),
        (b"<html><meta name=ProgId content=Excel.Sheet><form>", True),
        (b"<html><meta name=Generator content='Microsoft Excel 15'><form>", True),
        (b"<html>" + b" " * 60_000 + b"<table>", True),
    ],
)
def test_a_page_is_a_sheet_where_it_is_a_table_or_was_saved_as_one(
    page: bytes,
    is_one: bool,  # noqa: FBT001 - from a table
) -> None:
    if is_one:
        assert media_type_of("a.xls", page) == XLS
    else:
        assert refused("a.xls", page).variant is Variant.LOOKS_LIKE_PAGE


# What a package holds, and whether it is whole

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


def kind_of(content: bytes) -> str:
    """Give the type of a package, or the short name by which it is refused."""
    try:
        return media_type_of("a.pdf", content)
    except TypeNotAccepted as refusal:
        return refusal.detail


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(("kind", "what"), MAIN_TYPES.items())
def test_a_package_is_what_its_list_of_types_says(
    kind: str,
    what: str,
    wide: bool,  # noqa: FBT001 - from a table
) -> None:
    types = f'<Types><Override PartName="/odd.xml" ContentType="{kind}.main+xml"/></Types>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", types.encode("utf-16" if wide else "utf-8"))
        archive.writestr("odd.xml", "<x/>")
    assert kind_of(buffer.getvalue()) == what


@pytest.mark.parametrize(("part", "what"), MAIN_PARTS.items())
def test_a_package_without_that_list_is_what_its_main_part_says(part: str, what: str) -> None:
    assert kind_of(zipped(**{part: "<x/>"})) == what
    assert kind_of(zipped(**{part.replace("/", "\\").upper(): "<x/>"})) == what


def local(
    *, version: int = 20, flags: int = 0, method: int = 0, packed: int = 5, signature: bytes = b"PK\3\4"
) -> bytes:
    """Give an entry of a ZIP: its header, a name, an extra field, and five bytes."""
    return (
        struct.pack("<4sHHHHHIIIHH", signature, version, flags, method, 0, 0, 0, packed, 5, 6, 4) + b"a.textUT\0\0bytes"
    )


DIRECTORY = b"PK\1\2" + bytes(42)
END = b"PK\5\6" + bytes(18)
FAR = b"x" * 70_000
"""So much behind its end that it is not found from behind."""
STREAMED, LARGE = local(flags=8, packed=0), local(packed=0xFFFFFFFF)


@pytest.mark.parametrize(
    "content",
    [
        local()[:20],
        local(),
        local() + local()[:-1],
        local() + local() + DIRECTORY,
        local() + local() + b"PK\6\6" + bytes(52),
        local(version=63) + DIRECTORY,
        local(version=0x033F) + DIRECTORY,
        local(method=99) + DIRECTORY,
        STREAMED,
        STREAMED + DIRECTORY,
        LARGE + DIRECTORY,
        local() + DIRECTORY + END[:-1][:3],
    ],
)
def test_a_zip_that_surely_ends_too_early_is_not_finished(content: bytes) -> None:
    assert refused("all.zip", content).variant is Variant.NOT_FINISHED


@pytest.mark.parametrize(
    "content",
    [
        local() + DIRECTORY + END + FAR,
        END + FAR,
        STREAMED + DIRECTORY + END + FAR,
        LARGE + DIRECTORY + END + FAR,
        local(version=64) + DIRECTORY,
        local(version=0x0140) + DIRECTORY,
        local(method=100) + DIRECTORY,
        local() + local(signature=b"XXXX"),
        STREAMED + bytes((1 << 20) - len(STREAMED) - 2) + END + FAR,
    ],
)
def test_a_zip_that_may_go_on_is_taken_as_it_is(content: bytes) -> None:
    assert media_type_of("all.zip", content) == "application/zip"


def test_the_end_of_a_huge_zip_is_not_looked_for_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "huge.zip"
    path.write_bytes(STREAMED)
    os.truncate(path, 300_000_000)
    with path.open("rb") as file:
        assert media_type_in(path.name, file) == "application/zip"


@pytest.mark.parametrize(
    ("content", "is_whole"),
    [(zipped(), True), (zipped()[:-1], False), (ZIP_OF_ONE, True), (ZIP_OF_ONE[:-1], False), (ZIP_OF_ONE + b"x", True)],
)
def test_a_download_is_whole_where_its_closing_record_is(
    content: bytes,
    is_whole: bool,  # noqa: FBT001 - from a table
) -> None:
    if is_whole:
        assert media_type_of("all.zip.part", content) == "application/zip"
    else:
        assert refused("all.zip.part", content).variant is Variant.NOT_FINISHED


def seven_zip_of(offset: int, size: int, length: int) -> bytes:
    """Give a 7z of that length whose directory is said to stand there."""
    pointer = struct.pack("<QQI", offset, size, 0)
    return (b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(pointer)) + pointer).ljust(length, b"\0")


@pytest.mark.parametrize("content", [seven_zip_of(0, 8, 40), seven_zip_of(8, 0, 40), seven_zip_of(3, 5, 41)])
def test_a_7z_whose_directory_lies_in_it_is_whole(content: bytes) -> None:
    assert media_type_of("all.7z", content) == media_type_of("all.7z.part", content) == "application/x-7z-compressed"


@pytest.mark.parametrize("content", [seven_zip_of(0, 8, 39), seven_zip_of(5, 3, 39), seven_zip_of(0, 0, 32)[:31]])
def test_a_7z_whose_directory_does_not_lie_in_it_is_not(content: bytes) -> None:
    assert refused("all.7z", content).variant is Variant.NOT_FINISHED


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
        first = number * size // 4
        parts[table] = struct.pack(
            f"<{size // 4}I", *(following.get(first + n, END_OF_CHAIN) for n in range(size // 4))
        )
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
    assert media_type_of("list.csv", content) == DOC


@pytest.mark.parametrize(
    "content",
    [
        compound("WordDocument")[:100],
        ole({1: entries(WORD)}, {}, start=9_000),
        compound("Storage 1"),
    ],
)
def test_where_a_compound_file_tells_nothing_its_name_decides(content: bytes) -> None:
    assert media_type_of("a.xls", content) == XLS
    assert refusal_of("a.jpg", content) == "Office"
    assert refusal_of("a.msi", content) == "MSI"


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        ("__properties_version1.0", MSG), ("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS),
        ("PowerPoint Document", "PowerPoint"), ("VisioDocument", "Visio"), ("Quill", "Publisher"),
        ("StarWriterDocument", "StarOffice"), ("StarCalcDocument", "StarOffice"), ("EncryptedPackage", "Office"),
    ],
)  # fmt: skip
def test_a_compound_file_is_told_by_its_main_stream(stream: str, what: str) -> None:
    assert kind_of(compound(stream)) == what
