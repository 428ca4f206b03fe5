"""The media type of a file is decided by its extension and confirmed by its bytes."""

import io
import random
import struct
import zlib

import pytest

from tests.support.files import MEDIA_TYPES, Files
from tests.support.samples import SAMPLES, compound, gif, jpeg, open_xml, pdf, png, seven_zip, zipped
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
    ],
)
def test_bytes_that_contradict_the_name_decide(name: str, content: bytes, media: str) -> None:
    assert media_type_of(name, content) == media


@pytest.mark.parametrize("text", [b'<?xml version="1.0"?><w:wordDocument/>', b"<table><tr><td>1</td></tr></table>"])
@pytest.mark.parametrize(("name", "media"), [("old.doc", DOC), ("old.xls", XLS)])
def test_what_word_and_excel_open_under_their_old_names_is_theirs(name: str, media: str, text: bytes) -> None:
    assert media_type_of(name, text) == media


def test_a_whole_zip_is_one_though_a_browser_did_not_name_it() -> None:
    assert media_type_of("all.zip.crdownload", SAMPLES[".zip"][1]) == "application/zip"


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
        ("scan.pdf.crdownload", pdf()[:200], Variant.NOT_FINISHED),
        ("photo.jpg.part", jpeg()[:50], Variant.NOT_FINISHED),
        ("film.part", b"?", Variant.NOT_FINISHED),
        ("all.zip.crdownload", SAMPLES[".zip"][1][:60], Variant.NOT_FINISHED),
        ("all.7z.001", CUT_SEVEN_ZIP, Variant.SPLIT_ARCHIVE),
        ("all.7z.002", b"?", Variant.SPLIT_ARCHIVE),
        ("all.zip.001", SAMPLES[".zip"][1][:60], Variant.SPLIT_ARCHIVE),
        ("all.z01", b"PK\x07\x08PK\x03\x04", Variant.SPLIT_ARCHIVE),
        ("all.zip", b"the rest" + SEVERAL, Variant.SPLIT_ARCHIVE),
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
    ],
)
def test_what_cannot_be_seen_does_not_hide_an_extension(name: str) -> None:
    assert media_type_of(name, b"\x01\x02") == "image/jpeg"
    assert type_name(name) == "JPG"


@pytest.mark.parametrize(("name", "media"), [("locked.docx", DOCX), ("locked.xlsx", XLSX)])
def test_a_document_with_a_password_is_still_that_document(name: str, media: str) -> None:
    assert media_type_of(name, compound("EncryptedPackage")) == media


@pytest.mark.parametrize("text", [b"MICRO\xb5 aWAVE guide", b"LONG    WEBPAGE", b"See ftyp boxes", b"The ftypqt brand"])
def test_words_in_a_text_are_no_signature(text: bytes) -> None:
    assert media_type_of("notes.txt", text) == "text/plain"


@pytest.mark.parametrize(
    ("name", "short"), [("a.HEIC", "HEIC"), ("a.pptx", "PowerPoint"), ("a.Xyz", "XYZ"), ("README", ""), (".jpg", "")]
)
def test_a_type_has_a_short_name_for_people(name: str, short: str) -> None:
    assert type_name(name) == short
