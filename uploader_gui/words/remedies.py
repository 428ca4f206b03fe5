"""Why a file was not sent and the one thing to do about it: one table of all codes.

Window and terminal show it in the person's language; a receipt has `english()`, which is never translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.conversion_choices import CONVERTIBLE
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.words.translation import QT_TRANSLATE_NOOP, filled, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.models import Reason


@dataclass(frozen=True, slots=True)
class Remedy:
    """The cause in plain words, the one thing to do (may be empty), and the server's or system's own words."""

    cause: str
    action: str
    detail: str = ""

    @property
    def whole(self) -> str:
        """Return all of it in one line, for tooltips and the clipboard."""
        detail = f"({self.detail})" if self.detail else ""
        return " ".join(part for part in (self.cause, detail, self.action) if part)


_AGAIN: Final = QT_TRANSLATE_NOOP("uploader", "Try again.")
_NETWORK: Final = QT_TRANSLATE_NOOP("uploader", "Check the network, then try again.")
_LATER: Final = QT_TRANSLATE_NOOP("uploader", "Try again in a few minutes.")
_IT: Final = QT_TRANSLATE_NOOP("uploader", "Try again; if it happens again, tell your IT.")
_OTHER_FILE: Final = QT_TRANSLATE_NOOP("uploader", "Choose another file.")
_NUMBER: Final = QT_TRANSLATE_NOOP("uploader", "Check the anomaly’s number, then try again.")

_ZIP: Final = QT_TRANSLATE_NOOP("uploader", "Send it in a ZIP.")
_JPEG_OR_ZIP: Final = QT_TRANSLATE_NOOP("uploader", "Convert it to JPEG, or send it in a ZIP.")
_PORTAL: Final = QT_TRANSLATE_NOOP(
    "uploader", "Sign in to this network in a web browser, then try again; if it happens again, tell your IT."
)
_NOT_THIS_WAY: Final = QT_TRANSLATE_NOOP("uploader", "Tell who runs the register: files cannot be sent this way.")
_SHARED: Final = QT_TRANSLATE_NOOP(
    "uploader", "Tell who runs the register. This file was not sent: it would have replaced the other one."
)

TABLE: Final[Mapping[Code, tuple[str, str]]] = {
    Code.MISSING: (
        QT_TRANSLATE_NOOP("uploader", "The file is not there any more."),
        QT_TRANSLATE_NOOP("uploader", "Put it back, then try again."),
    ),
    Code.UNREADABLE: (
        QT_TRANSLATE_NOOP("uploader", "The file cannot be read."),
        QT_TRANSLATE_NOOP("uploader", "Close it in Excel or wherever it is open, then try again."),
    ),
    Code.CHANGED: (QT_TRANSLATE_NOOP("uploader", "The file was changed while it was being sent."), _AGAIN),
    Code.EMPTY_FILE: (QT_TRANSLATE_NOOP("uploader", "The file is empty."), _OTHER_FILE),
    Code.EMPTY_FOLDER: (
        QT_TRANSLATE_NOOP("uploader", "There is no file in this folder."),
        QT_TRANSLATE_NOOP("uploader", "Choose another folder."),
    ),
    Code.NOT_A_FILE: (QT_TRANSLATE_NOOP("uploader", "This is not a file that can be sent."), _OTHER_FILE),
    Code.OUTSIDE_LINK: (
        QT_TRANSLATE_NOOP("uploader", "This is a link to a file outside the folder."),
        QT_TRANSLATE_NOOP("uploader", "Add the file itself."),
    ),
    Code.TOO_LARGE: (
        QT_TRANSLATE_NOOP("uploader", "The file is larger than the 5.3 GB that can be sent."),
        QT_TRANSLATE_NOOP("uploader", "Make it smaller or split it."),
    ),
    Code.TYPE_NOT_ACCEPTED: (
        QT_TRANSLATE_NOOP("uploader", "The register does not accept this type of file."),
        _ZIP,
    ),
    Code.CANNOT_CONVERT: (QT_TRANSLATE_NOOP("uploader", "This picture cannot become one JPEG."), _ZIP),
    Code.BROKEN_PICTURE: (QT_TRANSLATE_NOOP("uploader", "The picture is damaged and cannot be converted."), _ZIP),
    Code.PREPARATION: (
        QT_TRANSLATE_NOOP("uploader", "The file to send instead cannot be written on this computer."),
        QT_TRANSLATE_NOOP("uploader", "Make room on the disk, then try again."),
    ),
    Code.OFFLINE: (QT_TRANSLATE_NOOP("uploader", "There is no connection to the service."), _NETWORK),
    Code.TLS: (
        QT_TRANSLATE_NOOP("uploader", "No secure connection could be made."),
        QT_TRANSLATE_NOOP("uploader", "Tell your IT: the network replaces certificates."),
    ),
    Code.PROXY: (
        QT_TRANSLATE_NOOP("uploader", "Your network’s proxy refused the connection."),
        QT_TRANSLATE_NOOP("uploader", "Tell your IT: the proxy has to let this program through."),
    ),
    Code.CONNECTION_LOST: (QT_TRANSLATE_NOOP("uploader", "The link was interrupted."), _NETWORK),
    Code.STALLED: (QT_TRANSLATE_NOOP("uploader", "Nothing moved on the link for too long."), _NETWORK),
    Code.SIGN_IN: (
        QT_TRANSLATE_NOOP("uploader", "The service wants you to sign in."),
        QT_TRANSLATE_NOOP("uploader", "Sign in, then try again."),
    ),
    Code.NO_ACCESS: (
        QT_TRANSLATE_NOOP("uploader", "The service gives you no access to this anomaly."),
        QT_TRANSLATE_NOOP("uploader", "Check the anomaly’s number and who you signed in as."),
    ),
    Code.REJECTED: (QT_TRANSLATE_NOOP("uploader", "The service did not take the file."), _NUMBER),
    Code.SERVICE_BUSY: (QT_TRANSLATE_NOOP("uploader", "The service is busy."), _LATER),
    Code.SERVICE_FAILED: (QT_TRANSLATE_NOOP("uploader", "The service has a fault."), _LATER),
    Code.PROTOCOL: (
        QT_TRANSLATE_NOOP("uploader", "The service’s answer could not be understood."),
        _IT,
    ),
    Code.LEFT_OUT: (QT_TRANSLATE_NOOP("uploader", "The service’s answer left this file out."), _AGAIN),
    Code.URL_EXPIRED: (QT_TRANSLATE_NOOP("uploader", "The link for sending the file expired."), _AGAIN),
    Code.URL_REFUSED: (
        QT_TRANSLATE_NOOP("uploader", "The service named a storage address that is not safe."),
        QT_TRANSLATE_NOOP("uploader", "Tell your IT: the file was not sent."),
    ),
    Code.STORAGE_BUSY: (QT_TRANSLATE_NOOP("uploader", "The storage is busy."), _LATER),
    Code.STORAGE_REFUSED: (QT_TRANSLATE_NOOP("uploader", "The storage did not take the file."), _IT),
    Code.DAMAGED: (QT_TRANSLATE_NOOP("uploader", "The file did not arrive as it is here."), _AGAIN),
    Code.JOURNAL: (
        QT_TRANSLATE_NOOP("uploader", "The list of files cannot be saved on this computer."),
        QT_TRANSLATE_NOOP("uploader", "Make room on the disk, then try again."),
    ),
    Code.JOURNAL_IN_USE: (
        QT_TRANSLATE_NOOP("uploader", "Another uploader-gui is already at work on this list of files."),
        QT_TRANSLATE_NOOP("uploader", "Go on there, or wait until it has left."),
    ),
    Code.JOURNAL_TOO_NEW: (
        QT_TRANSLATE_NOOP("uploader", "The list of files was written by a newer version of this program."),
        QT_TRANSLATE_NOOP("uploader", "Use that version."),
    ),
    Code.INTERNAL_ERROR: (QT_TRANSLATE_NOOP("uploader", "This program made a mistake."), _IT),
    Code.ALREADY_UPLOADED: (
        QT_TRANSLATE_NOOP("uploader", "It was uploaded to this anomaly before."),
        QT_TRANSLATE_NOOP("uploader", "Nothing to do."),
    ),
    Code.INTERRUPTED: (
        QT_TRANSLATE_NOOP("uploader", "The program was closed before the file was sent."),
        _AGAIN,
    ),
    Code.CANCELLED: (QT_TRANSLATE_NOOP("uploader", "You cancelled it."), _AGAIN),
}
"""Cause and action of each code: untranslated sources, in receipts as they are."""

_NAMED: Final[Mapping[Variant, tuple[str, str]]] = {
    Variant.NO_ANOMALY_ID: (
        QT_TRANSLATE_NOOP("uploader", "%1 is no anomaly’s number, so the service was not asked."),
        QT_TRANSLATE_NOOP("uploader", "Add the file again for the right number."),
    ),
    Variant.HEADER_UNKNOWN: (
        QT_TRANSLATE_NOOP("uploader", "The storage wants the header %1, whose value only the service knows."),
        _NOT_THIS_WAY,
    ),
    Variant.HEADER_CHOSEN: (
        QT_TRANSLATE_NOOP("uploader", "The storage address from the service chooses the header %1 by itself."),
        _NOT_THIS_WAY,
    ),
    Variant.HEADER_UNSENDABLE: (
        QT_TRANSLATE_NOOP(
            "uploader", "The storage address from the service gives the header %1 a value that cannot be sent."
        ),
        _NOT_THIS_WAY,
    ),
    Variant.PARAMETER_TWICE: (
        QT_TRANSLATE_NOOP("uploader", "The storage address from the service names %1 twice."),
        _NOT_THIS_WAY,
    ),
    Variant.PLACE_TAKEN: (
        QT_TRANSLATE_NOOP("uploader", "The service gave this file the place in the storage that another file has: %1."),
        _SHARED,
    ),
    Variant.WEB_PAGE: (QT_TRANSLATE_NOOP("uploader", "A web page answered in place of the storage: %1."), _PORTAL),
    Variant.NOT_THE_STORAGE: (
        QT_TRANSLATE_NOOP("uploader", "Something else answered in place of the storage: %1."),
        _PORTAL,
    ),
    Variant.STORAGE_ERROR: (QT_TRANSLATE_NOOP("uploader", "The storage answered with an error: %1."), _IT),
}
"""Cause and action of a variant with a detail, which the cause names."""
_UNNAMED: Final[Mapping[Variant, tuple[str, str]]] = {
    Variant.OTHER_NAME: (
        QT_TRANSLATE_NOOP("uploader", "The server’s certificate is made out to another name."),
        QT_TRANSLATE_NOOP("uploader", "Check the server address in the settings; if it is right, tell your IT."),
    ),
    Variant.CERTIFICATE_EXPIRED: (
        QT_TRANSLATE_NOOP("uploader", "The server’s certificate is not valid today."),
        QT_TRANSLATE_NOOP("uploader", "Check this computer’s date and time; if they are right, tell your IT."),
    ),
    Variant.PROXY_SIGN_IN: (
        QT_TRANSLATE_NOOP("uploader", "Your network’s proxy asks for a user name and a password."),
        QT_TRANSLATE_NOOP("uploader", "Ask your IT for the proxy’s address with both, and put it into the settings."),
    ),
    Variant.PROXY_SILENT: (
        QT_TRANSLATE_NOOP("uploader", "Your network’s proxy does not answer."),
        QT_TRANSLATE_NOOP("uploader", "Try again in a few minutes; if it stays so, tell your IT."),
    ),
    Variant.PROXY_BROKE_OFF: (
        QT_TRANSLATE_NOOP("uploader", "Your network’s proxy broke off the connection."),
        QT_TRANSLATE_NOOP("uploader", "Try again in a few minutes; if it stays so, tell your IT."),
    ),
    Variant.LOOKS_LIKE_PAGE: (
        QT_TRANSLATE_NOOP("uploader", "This looks like a web page, not like what its name says."),
        _OTHER_FILE,
    ),
    Variant.LOOKS_LIKE_PROGRAM: (
        QT_TRANSLATE_NOOP("uploader", "This looks like a program, not like what its name says."),
        _OTHER_FILE,
    ),
    Variant.BEGINS_WITH_ZEROS: (
        QT_TRANSLATE_NOOP("uploader", "There are only zeros where the file should begin."),
        _OTHER_FILE,
    ),
    Variant.NOT_FINISHED: (
        QT_TRANSLATE_NOOP("uploader", "This looks like a download that was not finished."),
        _OTHER_FILE,
    ),
    Variant.SPLIT_ARCHIVE: (
        QT_TRANSLATE_NOOP("uploader", "This is a part of a split archive: the register does not accept parts."),
        _ZIP,
    ),
    Variant.PATH_TOO_LONG: (
        QT_TRANSLATE_NOOP("uploader", "The path to this file or folder is too long for this computer."),
        QT_TRANSLATE_NOOP("uploader", "Shorten the names of its folders, or move it further up, then add it again."),
    ),
    Variant.REQUEST_TOO_LARGE: (
        QT_TRANSLATE_NOOP("uploader", "The service found the request too large."),
        QT_TRANSLATE_NOOP("uploader", "Send fewer or smaller files at a time; if that does not help, tell your IT."),
    ),
    Variant.REDIRECTED: (
        QT_TRANSLATE_NOOP("uploader", "The service’s address leads elsewhere."),
        QT_TRANSLATE_NOOP(
            "uploader", "Sign in to this network in a web browser, or check the server address in the settings."
        ),
    ),
    Variant.NO_REQUEST: (
        QT_TRANSLATE_NOOP("uploader", "No request can be made of the address from the service."),
        _IT,
    ),
    Variant.PLACE_TAKEN: (
        QT_TRANSLATE_NOOP("uploader", "The service gave this file the place in the storage that another file has."),
        _SHARED,
    ),
    Variant.WEB_PAGE: (QT_TRANSLATE_NOOP("uploader", "A web page answered in place of the storage."), _PORTAL),
    Variant.NOT_THE_STORAGE: (
        QT_TRANSLATE_NOOP("uploader", "Something else answered in place of the storage."),
        _PORTAL,
    ),
    Variant.STORAGE_ERROR: (QT_TRANSLATE_NOOP("uploader", "The storage answered with an error."), _IT),
    Variant.NO_DECODER: (
        QT_TRANSLATE_NOOP("uploader", "The part of this program that decodes pictures does not start."),
        QT_TRANSLATE_NOOP("uploader", "Start it again; if that does not help, tell your IT."),
    ),
}
"""Cause and action of a variant whose cause names no detail."""
_WITH_ITS_DETAIL: Final = frozenset({Variant.REQUEST_TOO_LARGE, Variant.REDIRECTED})
"""Variants whose detail follows the cause."""
_NAMED_TYPE: Final = QT_TRANSLATE_NOOP("uploader", "The register does not accept %1 files.")
_NAMED_PHOTO: Final = QT_TRANSLATE_NOOP("uploader", "The register does not accept %1 photos.")
OWN_DETAILS: Final = (
    QT_TRANSLATE_NOOP("uploader", "it is not an address"),
    QT_TRANSLATE_NOOP("uploader", "it is not an https address"),
    QT_TRANSLATE_NOOP("uploader", "it holds a user name"),
    QT_TRANSLATE_NOOP("uploader", "it holds a ? or a #"),
    QT_TRANSLATE_NOOP("uploader", "it is not encrypted (http:)"),
    QT_TRANSLATE_NOOP("uploader", "the answer is not JSON"),
    QT_TRANSLATE_NOOP("uploader", 'the answer has no list "uploads"'),
    QT_TRANSLATE_NOOP("uploader", '"uploads" holds something else than objects'),
    QT_TRANSLATE_NOOP("uploader", "the answer speaks of this file twice"),
    QT_TRANSLATE_NOOP("uploader", "the answer has no end"),
    QT_TRANSLATE_NOOP("uploader", "no answer to the connection"),
    QT_TRANSLATE_NOOP("uploader", "no secure connection"),
    QT_TRANSLATE_NOOP("uploader", "no such name"),
    QT_TRANSLATE_NOOP("uploader", "it is shorter than it was"),
    QT_TRANSLATE_NOOP("uploader", "it is in iCloud only"),
    QT_TRANSLATE_NOOP("uploader", "the answer has no ETag"),
    QT_TRANSLATE_NOOP("uploader", "the storage answered before it had the whole file"),
    QT_TRANSLATE_NOOP("uploader", "it leads to this computer or its own network link"),
    QT_TRANSLATE_NOOP("uploader", "no request can be made of it"),
    QT_TRANSLATE_NOOP("uploader", "it has several pages or images"),
    QT_TRANSLATE_NOOP("uploader", "it is too large"),
    QT_TRANSLATE_NOOP("uploader", "its pixels have more than 16 bits"),
    QT_TRANSLATE_NOOP("uploader", "its pixels are stored in an unusual way"),
    QT_TRANSLATE_NOOP("uploader", "decoding it ends the decoder"),
    QT_TRANSLATE_NOOP("uploader", "decoding it takes too long"),
    QT_TRANSLATE_NOOP("uploader", "a part of it is missing"),
    QT_TRANSLATE_NOOP("uploader", "the lengths inside it do not add up"),
    QT_TRANSLATE_NOOP("uploader", "its inner structure is damaged"),
    QT_TRANSLATE_NOOP("uploader", "it is to be opened again"),
)
"""Details that are the engine's own words: translated where they are shown, never in a receipt."""
_PHOTOS: Final = frozenset({"HEIC", "WebP", "AVIF", "TIFF", "BMP"})


def cause_and_action(reason: Reason) -> Remedy:
    """Return cause and action in the person's language; a server's or system's `detail` stays in its own words."""
    cause, action = _sources(reason)
    detail = "" if _contains_detail(cause, reason) else detail_told(reason.detail)
    return Remedy(filled(_translated(cause), (reason.detail,)), _translated(action), detail)


def english(reason: Reason) -> str:
    """Return the message of a receipt: the cause in English and the fact behind it."""
    cause, _ = _sources(reason)
    if _contains_detail(cause, reason) or not reason.detail:
        return cause.replace("%1", reason.detail)
    return f"{cause} ({reason.detail})"


def detail_told(detail: str) -> str:
    """Return a detail in the person's language where it is the engine's own word, else as it is."""
    return _translated(detail) if detail else ""


def again_says_it(reason: Reason) -> bool:
    """Return whether “Try again” is all there is to do, so that a button is enough."""
    return _sources(reason)[1] is _AGAIN


def _sources(reason: Reason) -> tuple[str, str]:
    """Return the untranslated cause and action of a reason; a refused type is named where it is known."""
    if reason.variant is not None:
        named = _NAMED.get(reason.variant) if reason.detail else None
        return named or _UNNAMED.get(reason.variant, TABLE[reason.code])
    cause, action = TABLE[reason.code]
    if reason.code is Code.TYPE_NOT_ACCEPTED and reason.detail:
        cause = _NAMED_PHOTO if reason.detail in _PHOTOS else _NAMED_TYPE
        return cause, _JPEG_OR_ZIP if reason.detail in CONVERTIBLE else action
    return cause, action


def _contains_detail(cause: str, reason: Reason) -> bool:
    """Return whether the cause says all of it."""
    return "%1" in cause or (reason.variant is not None and reason.variant not in _WITH_ITS_DETAIL)


def _translated(source: str) -> str:
    return translate("uploader", source)
