"""What can be done with a file of a type the service refuses: send it as JPEG, or inside a ZIP."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.media import BY_EXTENSION, extension_of, readable_name
from uploader_gui.engine.models import Treatment

if TYPE_CHECKING:
    from uploader_gui.engine.models import Origin, Reason, Source, UploadSnapshot

CONVERTIBLE: Final = frozenset({"HEIC", "WebP", "TIFF", "BMP"})
"""Names of types, as in the detail of `TypeNotAccepted`."""
_TIFF_EXTENSIONS: Final = frozenset({"", ".tif", ".tiff", ".bmp", ".webp", ".heic", *BY_EXTENSION})
"""Raw photos of cameras are TIFFs too, but their first picture is only a preview; they have other extensions."""
_SHARING_EXTENSIONS: Final = frozenset({".jpg", ".heic", ".heif", ".hif", ".webp", ".tif", ".tiff", ".bmp", ".dib"})
"""Pictures with them are sent as `.jpg`."""
_ONLY_ZIP: Final = frozenset({Code.CANNOT_CONVERT, Code.BROKEN_PICTURE})
_ENDINGS: Final = {Treatment.CONVERT: ".jpg", Treatment.ZIP: ".zip"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What is done with refused files without asking. None asks a person (in a window) or refuses (without one).

    Attributes:
        pictures: for pictures that can become a JPEG.
        others: for all other files, and for pictures that one JPEG cannot hold.
    """

    pictures: Treatment | None = None
    others: Treatment | None = None

    @classmethod
    def from_flags(cls, *, convert: bool, zipped: bool) -> Choices:
        """Return what `--convert` and `--zip` mean; without `--convert`, pictures go inside a ZIP too."""
        others = Treatment.ZIP if zipped else None
        return cls(Treatment.CONVERT if convert else others, others)

    def with_defaults(self, defaults: Choices) -> Choices:
        """Return these choices, with the defaults where these would ask."""
        return Choices(self.pictures or defaults.pictures, self.others or defaults.others)

    def treatment_for(self, reason: Reason | None, source: Source) -> Treatment | None:
        """Return the chosen treatment of a file that was refused for that reason, None where there is none."""
        possible = possible_treatments(reason, source)
        chosen = self.pictures if Treatment.CONVERT in possible else self.others
        return chosen if chosen in possible else None


@dataclass(frozen=True, slots=True)
class AddOptions:
    """How certain files are added, where that differs from the settings.

    Attributes:
        again: they are sent also where they were uploaded to the same anomaly before.
        choices: what is done with those of refused types.
        origin: where they came from, for files that this program fetched or made itself.
        start: they are sent at once; what waits for Start beside them goes on waiting.
    """

    again: bool = False
    choices: Choices = Choices()
    origin: Origin | None = None
    start: bool = False


DEFAULT_ADD_OPTIONS: Final = AddOptions()


def possible_treatments(reason: Reason | None, source: Source) -> tuple[Treatment, ...]:
    """Return what can be done with a file refused for that reason, the better treatment first; empty for none."""
    if reason is None:
        return ()
    if reason.code in _ONLY_ZIP:
        return (Treatment.ZIP,)
    if reason.code is not Code.TYPE_NOT_ACCEPTED:
        return ()
    return (Treatment.CONVERT, Treatment.ZIP) if _convertible(reason.detail, source) else (Treatment.ZIP,)


def offered_treatments(upload: UploadSnapshot) -> tuple[Treatment, ...]:
    """Return the treatments to offer: none while the upload is under way, was sent, or its server is not in use."""
    if not upload.state.finished or upload.state.stored or upload.elsewhere:
        return ()
    return possible_treatments(upload.reason, upload.source)


def substitute_name(source: Source, treatment: Treatment, *, shared: bool = False) -> str:
    """Return the name of the substitute, not yet shortened: `IMG_2041.jpg`, `film.mp4.zip`.

    `shared`: another picture would have that name too; then it is `IMG_2041.HEIC.jpg`, whichever comes first.
    """
    if treatment is not Treatment.CONVERT:
        return source.path.name + _ENDINGS[treatment]
    name = readable_name(source.path.name)
    return (name if shared else PurePath(name).stem) + _ENDINGS[treatment]


def name_when_converted(name: str) -> str:
    """Return what the JPEG of a picture with that name is called, in small letters, for comparisons."""
    return (PurePath(readable_name(name)).stem + _ENDINGS[Treatment.CONVERT]).casefold()


def has_namesake(source: Source) -> bool:
    """Return whether a picture beside this one becomes, or is, a JPEG of the same name. Blocks."""
    wanted = name_when_converted(source.path.name)
    try:
        with os.scandir(source.path.parent) as entries:
            return any(
                entry.name != source.path.name
                and name_when_converted(entry.name) == wanted
                and extension_of(entry.name) in _SHARING_EXTENSIONS
                for entry in entries
            )
    except OSError:
        return False


def _convertible(kind: str, source: Source) -> bool:
    return kind in CONVERTIBLE and (kind != "TIFF" or extension_of(source.name) in _TIFF_EXTENSIONS)
