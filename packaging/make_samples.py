# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "extract-msg>=0.57", "fpdf2>=2.8", "numpy>=2", "openpyxl>=3.1", "Pillow>=12", "pillow-heif>=1.8",
#     "py7zr>=1.1", "xlwt>=1.3",
# ]
# ///
"""Makes the sample files of the trial, once: `uv run packaging/make_samples.py`. They lie in `resources/samples`.

What an inspection of a school might leave on a desk. The photographs are rendered (`samples/`): no real place, no
person, nobody's rights. The tools are not the program's own and so named above only; pillow-heif's encoder is under
the GPL, what it makes is not.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pillow_heif
import py7zr
import xlwt
from extract_msg import OleWriter
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from samples import scenes
from samples.rays import photograph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TARGET: Final = Path(__file__).resolve().parent.parent / "resources" / "samples"
NAMES: Final = TARGET / "names.tsv"
"""The name each has here, and the one it is copied under; kept by hand."""
LIMIT: Final = 400_000
WIDE: Final = (320, 240)
TALL: Final = (240, 320)

PHOTOS: Final = (
    # name, scene, size in pixels
    ("escalier-nord-01.jpg", scenes.stairs, WIDE),
    ("escalier-nord-02.jpg", scenes.stairs, WIDE),
    ("escalier-nord-03.jpg", scenes.stairs, TALL),
    ("couloir 1er étage.jpg", scenes.corridor, WIDE),
    ("couloir 2e étage.jpg", scenes.corridor, WIDE),
    ("issue de secours – cour.jpg", scenes.exit_sign, WIDE),
    ("issue de secours – préau.jpeg", scenes.exit_sign, WIDE),
    ("extincteur n°12.jpg", scenes.extinguisher, TALL),
    ("extincteur n°13 (manquant).jpg", scenes.missing_extinguisher, WIDE),
    ("désenfumage, commande bloquée.jpg", scenes.vent, WIDE),
    ("tableau électrique.jpg", scenes.panel, TALL),
    ("déclencheur manuel.jpg", scenes.alarm, WIDE),
    ("porte du gymnase.jpg", scenes.door, TALL),
    ("DSC_0412.JPG", scenes.door, WIDE),
    ("DSC_0413.JPG", scenes.corridor, WIDE),
)
PALETTED: Final = (
    # as above; few colours, for a PNG of a photograph is heavy
    ("porte coupe-feu niveau 2.png", scenes.door, WIDE),
    ("porte coupe-feu niveau 3.png", scenes.door, WIDE),
    ("escalier sud.png", scenes.stairs, WIDE),
    ("extincteur n°7.png", scenes.extinguisher, TALL),
    ("exutoire de fumée.png", scenes.vent, WIDE),
)
CHECKS: Final = (
    ("Local", "Étage", "Débit (m³/h)", "Conforme"),
    ("Escalier nord", 0, 5400, "oui"),
    ("Escalier nord", 2, 3100.5, "non"),
    ("Préau", 0, 4800, "oui"),
    ("Gymnase", 0, 7250, "oui"),
)
REPORT: Final = (
    "Rapport d'inspection n°4",
    "École Jean-Moulin – visite du 12 mars 2025",
    "La porte coupe-feu du niveau 2 ne se ferme plus : ventouse à remplacer.",
    "Le désenfumage de l'escalier nord est insuffisant au 2e étage.",
)
MAIL: Final = "Bonjour,\n\nVoici la photo prise ce matin. La porte reste bloquée en position ouverte.\n\nCamille\n"


def main() -> int:
    """Make them all; fail where they are too heavy together."""
    pictures()
    documents()
    texts()
    mails_and_archives()
    whole = sum(path.stat().st_size for path in TARGET.iterdir())
    print(f"{whole} bytes")
    return int(whole > LIMIT or not all((TARGET / name).is_file() for name in stored_names().values()))


@cache
def stored_names() -> dict[str, str]:
    """Return each sample's name here by the name it is copied under."""
    return {shown: stored for stored, shown in (line.split("\t") for line in NAMES.read_text("utf-8").splitlines())}


def keep(name: str, content: bytes) -> None:
    """Write one sample."""
    (TARGET / stored_names()[name]).write_bytes(content)
    print(f"{len(content):>7} {name}", flush=True)


@cache
def taken(scene: Any, variant: int, size: tuple[int, int]) -> Image.Image:
    """Return a photograph of a scene."""
    return photograph(scene(variant), *size)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as a file of this kind."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def jpeg(picture: Image.Image, quality: int = 76) -> bytes:
    """Return a picture as JPEG."""
    return saved(picture, "JPEG", quality=quality, optimize=True)


def small(variant: int) -> bytes:
    """Return a small photo to be attached to something, each time another one."""
    _, scene, size = PHOTOS[variant]
    picture = taken(scene, variant, size)
    return jpeg(picture.resize((size[0] // 2, size[1] // 2), Image.Resampling.LANCZOS), 66)


def pictures() -> None:
    """Make photographs, drawings and plans."""
    for variant, (name, scene, size) in enumerate(PHOTOS):
        keep(name, jpeg(taken(scene, variant, size)))
    for variant, (name, scene, size) in enumerate(PALETTED, 20):
        few = taken(scene, variant, size).quantize(64, dither=Image.Dither.NONE)
        keep(name, saved(few, "PNG", optimize=True))
    keep("capture d'écran centrale SSI.png", saved(control_panel().quantize(32), "PNG", optimize=True))
    keep("plan d'évacuation RDC.png", saved(evacuation_plan().quantize(32), "PNG", optimize=True))
    keep("signalétique.png", saved(scenes.sign().resize((480, 240), Image.Resampling.LANCZOS), "PNG", optimize=True))
    keep("clignotant.gif", blinking())
    keep("plan niveau 1.svg", plan(("Hall", "Salle 101", "Salle 102")).encode())
    keep("plan niveau 2.svg", plan(("Palier", "Salle 201", "Réserve")).encode())
    pillow_heif.register_heif_opener()
    keep("IMG_2041.HEIC", saved(taken(scenes.alarm, 31, TALL), "HEIF", quality=60))


def font(size: int) -> Any:
    """Return a font that has French accents, which Pillow's own lacks; found where the system keeps fonts."""
    return ImageFont.truetype("DejaVuSans.ttf", size)


def control_panel() -> Image.Image:
    """Return the screen of a fire alarm centre."""
    picture = Image.new("RGB", (400, 300), "#1d2733")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 400, 36), fill="#2e3d4f")
    draw.text((12, 8), "Centrale SSI · École Jean-Moulin", "white", font(16))
    rows = ("Zone 1 Hall", "Zone 2 Escalier nord", "Zone 3 Gymnase", "Zone 4 Préau", "Désenfumage 2e étage")
    for row, text in enumerate(rows):
        fault = row in {1, 4}
        top = 52 + 48 * row
        draw.rounded_rectangle((12, top, 388, top + 40), 6, fill="#273545")
        draw.ellipse((24, top + 12, 40, top + 28), fill="#e0522f" if fault else "#39b36a")
        draw.text((54, top + 10), text, "white", font(16))
        draw.text((300, top + 10), "Défaut" if fault else "Veille", "#ffb59f" if fault else "#9fd8b6", font(16))
    return picture


def evacuation_plan() -> Image.Image:
    """Return a floor plan with its ways out."""
    picture = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 400, 40), fill=scenes.SIGN)
    draw.text((12, 9), "Plan d'évacuation – RDC", "white", font(18))
    for left in range(20, 380, 90):
        for top, opening in ((56, 140), (196, 196)):
            draw.rectangle((left, top, left + 90, top + 84), "#f3efe4", "#333333", 3)
            draw.rectangle((left + 30, opening - 3, left + 56, opening + 3), "white")
    for left in range(40, 340, 60):
        draw.line((left, 168, left + 36, 168), scenes.SIGN, 6)
        draw.polygon([(left + 32, 158), (left + 48, 168), (left + 32, 178)], scenes.SIGN)
    draw.ellipse((118, 160, 134, 176), "#c0261f")
    return picture


def blinking() -> bytes:
    """Return a warning lamp that goes on and off."""
    frames = []
    for lit in (True, False):
        picture = Image.new("RGB", WIDE, "#e9e5dc")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 200, 320, 240), "#8d9299")
        draw.rectangle((110, 168, 210, 206), "#3a4250")
        draw.pieslice((110, 60, 210, 272), 180, 360, "#ff3b24" if lit else "#8c1d12")
        draw.ellipse((134, 84, 158, 118), "#ffc2b0" if lit else "#a84a3c")
        frames.append(picture.quantize(16))
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=500, loop=0)


def plan(rooms: tuple[str, str, str]) -> str:
    """Return a drawing of three rooms."""
    boxes = "".join(
        f'<rect x="{10 + 100 * n}" y="10" width="90" height="120" fill="#e8effc" stroke="#2257c5" stroke-width="3"/>'
        f'<text x="{55 + 100 * n}" y="75" text-anchor="middle" font-family="sans-serif" font-size="14">{name}</text>'
        for n, name in enumerate(rooms)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 310 140" width="620" height="280">{boxes}</svg>\n'


def documents() -> None:
    """Make reports and tables."""
    keep("Rapport d’inspection n°4.pdf", pdf(REPORT, 12))
    keep("PV commission de sécurité.pdf", pdf(("Procès-verbal", *REPORT[1:]), 0))
    keep("Devis désenfumage – 2025.pdf", pdf(("Devis", "Remplacement d'un treuil : 1 240,00 € HT"), 9))
    keep("registre p. 12 (numérisé).pdf", pdf(("Registre de sécurité, page 12",), 7))
    keep("Compte rendu de visite.docx", docx(REPORT))
    keep("Levée de réserves.docx", docx(("Levée de réserves", *REPORT[1:])))
    keep("relevé-désenfumage.xlsx", xlsx(CHECKS))
    keep("inventaire extincteurs.xlsx", xlsx(CHECKS[:3]))
    keep("ancien registre.xls", xls(CHECKS))


def pdf(lines: Sequence[str], photo: int) -> bytes:
    """Return a page with a title, lines and a photo."""
    document = FPDF()
    document.core_fonts_encoding = "windows-1252"
    document.add_page()
    for number, line in enumerate(lines):
        document.set_font("Helvetica", size=11 if number else 18)
        document.multi_cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
    document.image(io.BytesIO(small(photo)), y=document.get_y() + 6, w=90)
    return bytes(document.output())


def docx(paragraphs: Sequence[str]) -> bytes:
    """Return a Word document; python-docx's own template alone weighs 36 kB."""
    formats = "http://schemas.openxmlformats.org"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    relation = f'Id="rId1" Type="{formats}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{formats}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{formats}/package/2006/relationships">'
        f"<Relationship {relation}/></Relationships>",
        "word/document.xml": f'<w:document xmlns:w="{formats}/wordprocessingml/2006/main"><w:body>{body}<w:sectPr/>'
        "</w:body></w:document>",
    }
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return zipped({name: (head + part).encode() for name, part in parts.items()})


def xlsx(rows: Iterable[Sequence[str | float]]) -> bytes:
    """Return an Excel workbook."""
    book = openpyxl.Workbook()
    book.active.title = "Relevé"
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(rows: Iterable[Sequence[str | float]]) -> bytes:
    """Return an Excel 97 workbook."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Registre")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def texts() -> None:
    """Make plain texts and tables, some in the encoding Excel in France still writes."""
    lines = [";".join(map(str, row)).replace(".", ",") for row in CHECKS]
    keep("mesures débit.csv", "\r\n".join([*lines, ""]).encode("utf-8-sig"))
    keep("contacts mainteneurs.csv", "Société;Téléphone\r\nÉlec'Ouest;01 23 45 67 89\r\n".encode("cp1252"))
    keep("À lire.txt", "\r\n".join([*REPORT, ""]).encode())
    history = "".join(f"2025-03-{1 + n // 96:02} {n // 4 % 24:02}:{n % 4 * 15:02} SSI veille OK\n" for n in range(288))
    keep("journal centrale SSI.txt", history.encode())


def mails_and_archives() -> None:
    """Make e-mails with a photo, an Outlook message and two archives."""
    keep("Signalement porte bloquée.eml", eml("Porte coupe-feu bloquée", ("porte.jpg", small(13))))
    keep("RE_ Devis désenfumage.eml", eml("RE: Devis désenfumage", ("escalier.jpg", small(1))))
    keep("Convocation commission.msg", msg("Commission de sécurité", "Camille Lefèvre", "camille@exemple.fr"))
    keep("photos gymnase.zip", zipped({"gymnase 1.jpg": small(12), "gymnase 2.jpg": small(14)}))
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w") as archive:
        archive.writestr(small(3), "2024/photo.jpg")
        archive.writestr(MAIL, "2024/lisez-moi.txt")
    keep("archives 2024.7z", stream.getvalue())


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a ZIP of these files, by their names inside."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 3, 12, 9, 30, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def eml(subject: str, attachment: tuple[str, bytes]) -> bytes:
    """Return an e-mail (RFC 5322) with a photo attached."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Camille Lefèvre <camille.lefevre@exemple.fr>"
    mail["To"] = "Sécurité incendie <securite@exemple.fr>"
    mail["Subject"] = subject
    mail["Date"] = "Wed, 12 Mar 2025 09:30:00 +0100"
    mail["Message-ID"] = f"<{len(subject)}.2025-03-12@exemple.fr>"
    mail.set_content(MAIL)
    mail.add_attachment(attachment[1], maintype="image", subtype="jpeg", filename=attachment[0])
    return mail.as_bytes()


def msg(subject: str, sender: str, address: str) -> bytes:
    """Return an Outlook message ([MS-OXMSG]): tag by tag, text in UTF-16."""
    texts = {0x001A: "IPM.Note", 0x0037: subject, 0x0C1A: sender, 0x0C1F: address, 0x1000: MAIL}
    writer = OleWriter()
    entries = b""
    for tag, text in texts.items():
        content = text.encode("utf-16-le")
        writer.addEntry([f"__substg1.0_{tag:04X}001F"], content)
        entries += struct.pack("<HHIII", 0x001F, tag, 6, len(content) + 2, 0)
    for tag, value in {0x0E07: 1, 0x340D: 0x00040000}.items():
        entries += struct.pack("<HHIII", 0x0003, tag, 6, value, 0)
    writer.addEntry(["__properties_version1.0"], bytes(32) + entries)
    writer.addEntry(["__nameid_version1.0"], storage=True)
    for number in (2, 3, 4):
        writer.addEntry(["__nameid_version1.0", f"__substg1.0_{number:04X}0102"], b"")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


if __name__ == "__main__":
    sys.exit(main())
