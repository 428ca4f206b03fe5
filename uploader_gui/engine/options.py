"""Everything an engine needs to know, as plain values, and what can be done with a file of a type the service refuses.

Imports nothing slow: the window reads the choices too.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, Literal

from uploader_gui.engine.errors import Code
from uploader_gui.engine.media import BY_EXTENSION, extension_of, readable_name
from uploader_gui.engine.models import Treatment

if TYPE_CHECKING:
    from pathlib import Path

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
        """Return the chosen treatment of a file that was refused for that reason, or None."""
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
    """Return what the JPEG of a picture with that name is called, in small letters and NFC, for comparisons."""
    called = PurePath(readable_name(name)).stem + _ENDINGS[Treatment.CONVERT]
    return unicodedata.normalize("NFC", called).casefold()


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


SizeUnit = Literal["Mo", "bytes"]


def _code_or_detail(reason: Reason) -> str:
    return reason.detail or reason.code.value


ProxyFinder = Callable[[str], "str | None"]
"""Returns the proxy's URL for an address (`http://proxy.example:3128`), None for no proxy; may block (PAC)."""


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How to reach servers. `program`: "uploader-gui X.Y.Z"; `ca_file`: a further certificate authority (PEM)."""

    program: str = "uploader-gui"
    proxy_for: ProxyFinder | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine works.

    Attributes:
        journal_path: the SQLite file; its folder is created where it is missing.
        own_data: what this program keeps beside the journal; like that, it is never uploaded.
        api_url: the service; uploads of other services in the journal are left alone.
        tokens: bearer and session token, None where no one has signed in.
        size_unit: how the service counts sizes.
        max_concurrent: transfers at once, 1 to 16.
        offline_limit: seconds without a byte or an answer, or without a journal that can be written, after which the
            queue gives up; None waits without end.
        asks_for_sign_in: whether a person can sign in; else what is not registered stays pending.
        skip_uploaded: leave out what was uploaded to the same anomaly before.
        proxy_for: finds the proxy of an address.
        ca_file: an extra certificate authority, as PEM.
        program: name and version for receipts and the journal, "uploader-gui X.Y.Z".
        describe: returns a reason's English sentence, for the receipt.
        bandwidth_limit: bytes per second that all transfers together may send; 0 means no limit.
        choices: what is done with files of refused types without asking.
        receipt: where this run writes its receipt; a receipt found there is not uploaded.
        keeps_list: whether failed and refused files are on the list again at the next start (window).
        trial: whether the service is the sandbox; receipts and snapshots say so.
        depositor: who makes the deposits, for receipts; "" where that is not told.
        keep_days: days after which finished records of the journal are purged.
    """

    journal_path: Path
    api_url: str
    tokens: tuple[str, str] | None = field(default=None, repr=False)
    size_unit: SizeUnit = "Mo"
    max_concurrent: int = 6
    offline_limit: float | None = None
    asks_for_sign_in: bool = True
    skip_uploaded: bool = True
    proxy_for: ProxyFinder | None = None
    ca_file: Path | None = None
    program: str = "uploader-gui"
    describe: Callable[[Reason], str] = _code_or_detail
    bandwidth_limit: float = 0.0
    choices: Choices = Choices()
    keep_days: float = 400.0
    receipt: Path | None = None
    own_data: tuple[Path, ...] = ()
    keeps_list: bool = True
    trial: bool = False
    depositor: str = ""
