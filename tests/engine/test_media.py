"""The media type of a file is decided by its extension and confirmed by its first bytes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.support.files import MEDIA_TYPES
from tests.support.samples import SAMPLES, compound, gif, jpeg, pdf, png, seven_zip, zipped
from uploader_gui.engine.errors import TypeNotAccepted
from uploader_gui.engine.media import BY_EXTENSION, HEAD_BYTES, media_type_of, type_name

if TYPE_CHECKING:
    from tests.support.files import Files

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


def refusal_of(name: str, head: bytes) -> str:
    with pytest.raises(TypeNotAccepted) as refused:
        media_type_of(name, head)
    return refused.value.detail


def test_the_table_knows_every_type_of_the_services_page_but_image_jpg() -> None:
    assert set(BY_EXTENSION.values()) == ON_THE_PAGE - {"image/jpg"}


def test_each_of_the_15_types_is_recognised_by_its_true_bytes(files: Files) -> None:
    made = files.one_of_each()
    assert len(made) == 15
    for media, path in made.items():
        assert media_type_of(path.name, path.read_bytes()[:HEAD_BYTES]) == media


@pytest.mark.parametrize("extension", sorted(MEDIA_TYPES))
def test_an_upper_case_extension_is_the_same_extension(extension: str) -> None:
    media, content = SAMPLES[extension]
    assert media_type_of(f"RAPPORT{extension.upper()}", content[:HEAD_BYTES]) == media


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
        ("report.pdf", ZIP, "application/zip"),
        ("old.doc", ZIP, "application/zip"),
        ("empty.pdf", zipped(), "application/zip"),
        ("archive.zip", seven_zip(), "application/x-7z-compressed"),
        ("photo.heic", jpeg(), "image/jpeg"),
        ("notes.txt", png(), "image/png"),
    ],
)
def test_bytes_that_contradict_the_name_decide(name: str, content: bytes, media: str) -> None:
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
        ("a.txt", b"\x7fELF\x02\x01", "ELF"),
        ("a.csv", b"\x1f\x8b\x08\0", "GZIP"),
        ("deck.pptx", ZIP, "PowerPoint"),
        ("text.odt", ZIP, "OpenDocument"),
        ("book.epub", ZIP, "EPUB"),
        ("deck.ppt", OLE, "PowerPoint"),
        ("setup.msi", OLE, "MSI"),
        ("setup.exe", b"MZ\x90\0", "EXE"),
        ("nothing", b"\x01\x02", ""),
    ],
)
def test_what_the_service_does_not_take_is_refused_by_its_own_name(name: str, content: bytes, what: str) -> None:
    assert refusal_of(name, content) == what


@pytest.mark.parametrize("name", ["photo.jpg", "report.pdf", "list.csv"])
def test_an_old_office_file_under_another_accepted_name_is_not_called_by_that_name(name: str) -> None:
    assert refusal_of(name, OLE) == "Office"


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
