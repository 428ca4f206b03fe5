"""Small valid documents made at run time: PDF, Word, Excel, e-mail. Called by `samples.py`.

Nothing in them depends on the day, so that the same sample is the same file each time.
"""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_A4: Final = "/MediaBox [0 0 595 842]"
_DAY: Final = (2025, 3, 12, 9, 30, 0)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FORMAT: Final = "application/vnd.openxmlformats-officedocument"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Give a ZIP of these files, by their names inside."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def pdf(lines: Sequence[str], picture: bytes, size: tuple[int, int]) -> bytes:
    """Give a PDF 1.4 of one page.

    Args:
        lines: of text, the first larger; in characters of Windows-1252.
        picture: a JPEG shown below, held in the PDF as it is.
        size: the picture's width and height in pixels.
    """
    width, height = size
    image = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB"
    resources = "/Font << /F1 5 0 R >> /XObject << /P1 6 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R {_A4} /Contents 4 0 R /Resources << {resources} >> >>".encode(),
        _pdf_stream("", _pdf_page(lines, size)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _pdf_stream(f"{image} /BitsPerComponent 8 /Filter /DCTDecode", picture),
    ]
    return _pdf_file(objects)


def _pdf_page(lines: Sequence[str], size: tuple[int, int]) -> bytes:
    text = [f"({_pdf_text(line)}) Tj 0 -22 Td" for line in lines]
    title = f"BT /F1 18 Tf 56 770 Td {text[0]} /F1 11 Tf"
    return "\n".join([title, *text[1:], "ET", f"q {size[0]} 0 0 {size[1]} 56 300 cm /P1 Do Q"]).encode("cp1252")


def _pdf_text(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf_stream(entries: str, data: bytes) -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _pdf_file(objects: Sequence[bytes]) -> bytes:
    """Number the objects and say where each begins (PDF 1.4, 3.4)."""
    file, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
    return file + f"xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode()


def docx(paragraphs: Sequence[str]) -> bytes:
    """Give a Word document of these paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    parts = {"word/document.xml": (f"{_FORMAT}.wordprocessingml.document.main+xml", document)}
    return _package("word/document.xml", parts, {})


def xlsx(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Give an Excel workbook of one sheet with these rows."""
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>'
    workbook = (
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="Relevé" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    parts = {
        "xl/workbook.xml": (f"{_FORMAT}.spreadsheetml.sheet.main+xml", workbook),
        "xl/worksheets/sheet1.xml": (f"{_FORMAT}.spreadsheetml.worksheet+xml", sheet),
    }
    relations = {"xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml")}
    return _package("xl/workbook.xml", parts, relations)


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def _package(main: str, parts: Mapping[str, tuple[str, str]], relations: Mapping[str, str]) -> bytes:
    """Wrap parts (name: content type, XML) as ECMA-376 part 2 wants it."""
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in parts.items())
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )
    files = {
        "[Content_Types].xml": types,
        "_rels/.rels": _relation("officeDocument", main),
        **{name: xml for name, (_, xml) in parts.items()},
        **relations,
    }
    return zipped({name: (_HEAD + xml).encode() for name, xml in files.items()})


def _relation(kind: str, target: str) -> str:
    entry = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entry}</Relationships>'


def eml(subject: str, text: str, attachment: tuple[str, bytes]) -> bytes:
    """Give an e-mail (RFC 5322) with one JPEG attached, by name and content."""
    name, picture = attachment
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Camille Lefèvre <camille.lefevre@exemple.fr>"
    mail["To"] = "Sécurité incendie <securite@exemple.fr>"
    mail["Subject"] = subject
    mail["Date"] = "Wed, 12 Mar 2025 09:30:00 +0100"
    mail["Message-ID"] = f"<{len(picture)}.{len(text)}@exemple.fr>"
    mail.set_content(text)
    mail.add_attachment(picture, maintype="image", subtype="jpeg", filename=name)
    mail.set_boundary("frontiere-2025-03-12")
    return mail.as_bytes()
