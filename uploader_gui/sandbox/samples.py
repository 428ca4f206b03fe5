"""Sample files for a first try: what an inspection of a school might leave on a desk. For `--demo`.

44 the service accepts and one it refuses, made from nothing in about half a second, the same each time.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from uploader_gui.sandbox.canvas import gif, png
from uploader_gui.sandbox.documents import docx, eml, pdf, xlsx, zipped
from uploader_gui.sandbox.heic import heic
from uploader_gui.sandbox.jpeg import jpeg
from uploader_gui.sandbox.office97 import msg, xls
from uploader_gui.sandbox.scenes import draw
from uploader_gui.sandbox.sevenzip import seven_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WIDE: Final = (320, 240)
_TALL: Final = (240, 320)
_LARGE: Final = (640, 480)
_KB: Final = 1000

_PHOTOS: Final = (
    # name, scene, size in pixels, weight of the maker's note in kB
    ("escalier-nord-01.jpg", "stairs", _WIDE, 64),
    ("escalier-nord-02.jpg", "stairs", _WIDE, 1200),
    ("escalier-nord-03.jpg", "stairs", _TALL, 48),
    ("couloir 1er étage.jpg", "corridor", _WIDE, 90),
    ("couloir 2e étage.jpg", "corridor", _WIDE, 35),
    ("issue de secours – cour.jpg", "exit", _WIDE, 20),
    ("issue de secours – préau.jpeg", "exit", _WIDE, 110),
    ("extincteur n°12.jpg", "extinguisher", _TALL, 40),
    ("extincteur n°13 (manquant).jpg", "alarm", _WIDE, 25),
    ("désenfumage, commande bloquée.jpg", "vent", _WIDE, 75),
    ("tableau électrique.jpg", "panel", _TALL, 1600),
    ("déclencheur manuel.jpg", "alarm", _WIDE, 15),
    ("porte du gymnase.jpg", "door", _TALL, 60),
    ("DSC_0412.JPG", "door", _WIDE, 130),
    ("DSC_0413.JPG", "corridor", _WIDE, 85),
)
_DRAWINGS: Final = (
    ("porte coupe-feu niveau 2.png", "door", _LARGE),
    ("porte coupe-feu niveau 3.png", "door", _WIDE),
    ("capture d'écran centrale SSI.png", "panel", _WIDE),
    ("plan d'évacuation RDC.png", "corridor", _WIDE),
    ("escalier sud.png", "stairs", _WIDE),
    ("extincteur n°7.png", "extinguisher", _TALL),
    ("exutoire de fumée.png", "vent", _WIDE),
    ("signalétique.png", "exit", _WIDE),
)
_CHECKS: Final = (
    ("Local", "Étage", "Débit (m³/h)", "Conforme"),
    ("Escalier nord", 0, 5400, "oui"),
    ("Escalier nord", 2, 3100.5, "non"),
    ("Préau", 0, 4800, "oui"),
    ("Gymnase", 0, 7250, "oui"),
)
_REPORT: Final = (
    "Rapport d'inspection n°4",
    "École Jean-Moulin – visite du 12 mars 2025",
    "La porte coupe-feu du niveau 2 ne se ferme plus : ventouse à remplacer.",
    "Le désenfumage de l'escalier nord est insuffisant au 2e étage.",
)
_MAIL: Final = "Bonjour,\n\nVoici la photo prise ce matin. La porte reste bloquée en position ouverte.\n\nCamille\n"


def write_samples(folder: Path) -> list[Path]:
    """Write the samples into a folder, made if missing, and give their paths.

    45 files, together about 6.5 MB. Exactly one, `IMG_2041.HEIC`, is of a type the service refuses.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in _samples():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def _samples() -> Iterator[tuple[str, bytes]]:
    photos = dict(_photos())
    first, *_, last = photos.values()
    yield from photos.items()
    yield from _drawings()
    yield from _reports(photos["porte du gymnase.jpg"])
    yield from _tables()
    yield from _texts()
    yield "Signalement porte bloquée.eml", eml("Porte coupe-feu bloquée", _MAIL, ("porte.jpg", last))
    yield "RE_ Devis désenfumage.eml", eml("RE: Devis désenfumage", _MAIL, ("escalier.jpg", first))
    yield "Convocation commission.msg", msg("Commission de sécurité", _MAIL, ("Camille Lefèvre", "camille@exemple.fr"))
    yield "photos gymnase.zip", zipped({"gymnase 1.jpg": first, "gymnase 2.jpg": last})
    yield "archives 2024.7z", seven_zip({"2024/photo.jpg": last, "2024/lisez-moi.txt": _MAIL.encode()})
    yield "IMG_2041.HEIC", _heic()


def _photos() -> Iterator[tuple[str, bytes]]:
    for variant, (name, scene, size, weight) in enumerate(_PHOTOS):
        yield name, jpeg(draw(scene, size, variant), maker_note=_noise(name, weight * _KB))


def _drawings() -> Iterator[tuple[str, bytes]]:
    for variant, (name, scene, size) in enumerate(_DRAWINGS, 1):
        level = 0 if size == _LARGE else 1
        yield name, png(draw(scene, size, variant), grain=_noise(name, 3 * size[0] * size[1]), level=level)
    yield "clignotant.gif", gif(draw("alarm", _WIDE, 2))
    yield "plan niveau 1.svg", _plan(("Hall", "Salle 101", "Salle 102")).encode()
    yield "plan niveau 2.svg", _plan(("Palier", "Salle 201", "Réserve")).encode()


def _reports(picture: bytes) -> Iterator[tuple[str, bytes]]:
    yield "Rapport d’inspection n°4.pdf", pdf(_REPORT, picture, _TALL)
    yield "PV commission de sécurité.pdf", pdf(("Procès-verbal", *_REPORT[1:]), picture, _TALL)
    yield "Devis désenfumage – 2025.pdf", pdf(("Devis", "Remplacement d'un treuil : 1 240,00 € HT"), picture, _TALL)
    yield "registre p. 12 (numérisé).pdf", pdf(("Registre de sécurité, page 12",), picture, _TALL)
    yield "Compte rendu de visite.docx", docx(_REPORT)
    yield "Levée de réserves.docx", docx(("Levée de réserves", *_REPORT[1:]))


def _tables() -> Iterator[tuple[str, bytes]]:
    lines = [";".join(map(str, row)).replace(".", ",") for row in _CHECKS]
    yield "relevé-désenfumage.xlsx", xlsx(_CHECKS)
    yield "inventaire extincteurs.xlsx", xlsx(_CHECKS[:3])
    yield "ancien registre.xls", xls("Registre", _CHECKS)
    yield "mesures débit.csv", "\r\n".join([*lines, ""]).encode("utf-8-sig")
    # Excel in France still writes this one.
    yield "contacts mainteneurs.csv", "Société;Téléphone\r\nÉlec'Ouest;01 23 45 67 89\r\n".encode("cp1252")


def _texts() -> Iterator[tuple[str, bytes]]:
    yield "À lire.txt", "\r\n".join([*_REPORT, ""]).encode()
    history = "".join(f"2025-03-{1 + n // 96:02} {n // 4 % 24:02}:{n % 4 * 15:02} SSI veille OK\n" for n in range(2880))
    yield "journal centrale SSI.txt", history.encode()


def _plan(rooms: tuple[str, str, str]) -> str:
    boxes = "".join(
        f'<rect x="{10 + 100 * n}" y="10" width="90" height="120" fill="#e8effc" stroke="#2257c5" stroke-width="3"/>'
        f'<text x="{55 + 100 * n}" y="75" text-anchor="middle" font-family="sans-serif" font-size="14">{room}</text>'
        for n, room in enumerate(rooms)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 310 140" width="620" height="280">{boxes}</svg>\n'


def _heic() -> bytes:
    """A photo as iPhones make them: not accepted, but it can be converted."""
    return heic(_noise("heic", 280 * _KB))


def _noise(name: str, size: int) -> bytes:
    """Bytes that do not compress, the same for the same name."""
    return Random(name).randbytes(size)  # noqa: S311 - weight for a picture, not a secret
