"""What can be done for a file of a type the service refuses: as JPEG, or inside a ZIP. Pure.

Asked by `intake.py` and `conversions.py`, and by the window for the actions of a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import Treatment

if TYPE_CHECKING:
    from uploader_gui.engine.models import Reason, Source, UploadSnapshot

CONVERTIBLE: Final = frozenset({"HEIC", "WebP", "TIFF", "BMP"})
"""As `media.py` names them in a refusal."""
_TRUE_TIFF: Final = frozenset({"", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".bmp", ".webp", ".heic"})
"""Cameras' raw photos are TIFFs too, whose first picture is but a preview; they have names of their own."""
_ONLY_ZIP: Final = frozenset({Code.CANNOT_CONVERT, Code.BROKEN_PICTURE})
_ENDINGS: Final = {Treatment.CONVERT: ".jpg", Treatment.ZIP: ".zip"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person wants done without being asked each time. None asks (in a window) or refuses (without one).

    Attributes:
        pictures: what becomes of pictures that could be converted.
        others: what becomes of everything else, and of pictures that one JPEG cannot hold.
    """

    pictures: Treatment | None = None
    others: Treatment | None = None

    @classmethod
    def asked(cls, *, convert: bool, zipped: bool) -> Choices:
        """Give what `--convert` and `--zip` mean; without the first, pictures go inside a ZIP too."""
        others = Treatment.ZIP if zipped else None
        return cls(Treatment.CONVERT if convert else others, others)

    def over(self, usual: Choices) -> Choices:
        """Give these, and the usual ones where these would ask."""
        return Choices(self.pictures or usual.pictures, self.others or usual.others)

    def of(self, reason: Reason | None, source: Source) -> Treatment | None:
        """Give what is to be done with a file that was refused for that reason."""
        open_to_it = possible_treatments(reason, source)
        wanted = self.pictures if Treatment.CONVERT in open_to_it else self.others
        return wanted if wanted in open_to_it else None


@dataclass(frozen=True, slots=True)
class AddOptions:
    """What is wanted for certain files alone, beside what holds for all.

    Attributes:
        again: they are sent also where they were uploaded to the same anomaly before.
        choices: what is done with those of refused types.
    """

    again: bool = False
    choices: Choices = Choices()


DEFAULT_ADD_OPTIONS: Final = AddOptions()


def possible_treatments(reason: Reason | None, source: Source) -> tuple[Treatment, ...]:
    """Give what can be done for a refused file, the better way first; empty where nothing can."""
    if reason is None:
        return ()
    if reason.code in _ONLY_ZIP:
        return (Treatment.ZIP,)
    if reason.code is not Code.TYPE_NOT_ACCEPTED:
        return ()
    return (Treatment.CONVERT, Treatment.ZIP) if _convertible(reason.detail, source) else (Treatment.ZIP,)


def offered_treatments(upload: UploadSnapshot) -> tuple[Treatment, ...]:
    """Give what a row offers: nothing while something is under way, or was sent, or another server is in use."""
    if not upload.state.finished or upload.state.stored or upload.elsewhere:
        return ()
    return possible_treatments(upload.reason, upload.source)


def substitute_name(source: Source, treatment: Treatment) -> str:
    """Give the name of what is sent in its place, as long as it may come: `IMG_2041.jpg`, `film.mp4.zip`."""
    own = source.path.name
    return (PurePath(own).stem if treatment is Treatment.CONVERT else own) + _ENDINGS[treatment]


def _convertible(kind: str, source: Source) -> bool:
    return kind in CONVERTIBLE and (kind != "TIFF" or PurePath(source.name).suffix.lower() in _TRUE_TIFF)
