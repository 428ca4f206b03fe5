"""Why a file was not sent and the one thing to do about it: one table of all codes.

Window and terminal show it in the person's language; a receipt has `english()`, which is never translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.options import CONVERTIBLE
from uploader_gui.i18n import N_, _, bytes_exactly, size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from uploader_gui.engine.models import Reason


@dataclass(frozen=True, slots=True)
class Remedy:
    """The cause in plain words, the one thing to do (may be empty), and the server's or system's own words as `detail`.

    `explains`: only the detail tells what is wrong.
    """

    cause: str
    action: str
    detail: str
    explains: bool = False

    @property
    def why(self) -> str:
        """Return the cause, with the detail where only that tells what is wrong."""
        return f"{self.cause} ({self.detail})" if self.detail and self.explains else self.cause

    @property
    def whole(self) -> str:
        """Return all of it in one line, for tooltips and the clipboard."""
        detail = f"({self.detail})" if self.detail else ""
        return " ".join(part for part in (self.cause, detail, self.action) if part)


_AGAIN: Final = N_("Try again.")
_NETWORK: Final = N_("Check the network, then try again.")
_LATER: Final = N_("Try again in a few minutes.")
_IT: Final = N_("Try again; if it happens again, tell your IT department.")
_OTHER_FILE: Final = N_("Choose another file.")
_REPLACED: Final = N_("Tell your IT department: the network replaces certificates.")
_NUMBER: Final = N_("Check the anomaly’s number, then try again.")

_DROP_AGAIN: Final = N_("Drop it again.")
_COPY_FIRST: Final = N_("Copy it to a folder first, then drop it from there.")
_ZIP: Final = N_("Send it in a ZIP.")
_JPEG_OR_ZIP: Final = N_("Convert it to JPEG, or send it in a ZIP.")
_PORTAL: Final = N_(
    "Sign in to this network in a web browser, then try again; if it happens again, tell your IT department."
)
_NOT_THIS_WAY: Final = N_("Contact the register’s administrator: files cannot be sent this way.")
_SHARED: Final = N_(
    "Contact the register’s administrator. This file was not sent: it would have replaced the other one."
)

TABLE: Final[Mapping[Code, tuple[str, str]]] = {
    Code.MISSING: (N_("The file is not there any more."), N_("Put it back, then try again.")),
    Code.NOT_FETCHED: (N_("It was not fetched to the end."), _DROP_AGAIN),
    Code.UNREADABLE: (
        N_("The file cannot be read."),
        N_("Check that you may open it and that its disk is there, then try again."),
    ),
    Code.CHANGED: (N_("The file was changed while it was being sent."), _AGAIN),
    Code.EMPTY_FILE: (N_("The file is empty."), _OTHER_FILE),
    Code.EMPTY_FOLDER: (N_("There is no file in this folder."), N_("Choose another folder.")),
    Code.NOT_A_FILE: (N_("This is not a file that can be sent."), _OTHER_FILE),
    Code.OUTSIDE_LINK: (
        N_("This is a link that leads out of the folder, or to another folder."),
        N_("Add what it leads to."),
    ),
    Code.TOO_LARGE: (N_("The file is larger than the 5.3 GB that can be sent."), N_("Make it smaller or split it.")),
    Code.TYPE_NOT_ACCEPTED: (N_("The register does not accept this type of file."), _ZIP),
    Code.CANNOT_CONVERT: (N_("This picture cannot become one JPEG."), _ZIP),
    Code.BROKEN_PICTURE: (N_("The picture is damaged and cannot be converted."), _ZIP),
    Code.PREPARATION: (
        N_("The file to send instead cannot be written on this computer."),
        N_("Make room on the disk, then try again."),
    ),
    Code.OFFLINE: (N_("The register’s server cannot be reached."), _NETWORK),
    Code.TLS: (N_("No secure connection could be made."), _REPLACED),
    Code.PROXY: (
        N_("Your network’s proxy refused the connection."),
        N_("Tell your IT department: the proxy has to let this program through."),
    ),
    Code.CONNECTION_LOST: (N_("The link was interrupted."), _NETWORK),
    Code.STALLED: (N_("Nothing moved on the link for too long."), _NETWORK),
    Code.SIGN_IN: (N_("The register wants you to sign in."), N_("Sign in, then try again.")),
    Code.NO_ACCESS: (
        N_("The register gives you no access to this anomaly."),
        N_("Check the anomaly’s number and who you signed in as."),
    ),
    Code.REJECTED: (N_("The register did not take the file."), _NUMBER),
    Code.SERVICE_BUSY: (N_("The register is overloaded or has an error."), _LATER),
    Code.SERVICE_FAILED: (N_("The register has an error."), _LATER),
    Code.PROTOCOL: (N_("The register’s answer could not be understood."), _IT),
    Code.LEFT_OUT: (N_("The register’s answer left this file out."), _AGAIN),
    Code.URL_EXPIRED: (N_("The link for sending the file expired."), _AGAIN),
    Code.URL_REFUSED: (
        N_("The register named a storage address that is not safe."),
        N_("Tell your IT department: the file was not sent."),
    ),
    Code.STORAGE_BUSY: (N_("The register’s storage is overloaded or has an error."), _LATER),
    Code.STORAGE_REFUSED: (N_("The storage did not take the file."), _IT),
    Code.DAMAGED: (N_("The file did not arrive as it is here."), _AGAIN),
    Code.JOURNAL: (
        N_("The list of files cannot be saved on this computer."),
        N_("Make room on the disk, then try again."),
    ),
    Code.JOURNAL_IN_USE: (
        N_(
            "Another program is already at work on this list of files: "
            "a second uploader-gui, or one that has opened the journal."
        ),
        N_("Go on there, or wait until it has left."),
    ),
    Code.JOURNAL_TOO_NEW: (
        N_("The list of files was written by a newer version of this program."),
        N_("Use that version."),
    ),
    Code.INTERNAL_ERROR: (N_("Internal error."), _IT),
    Code.ALREADY_UPLOADED: (N_("It was uploaded to this anomaly before."), N_("No action needed.")),
    Code.INTERRUPTED: (N_("It was not sent yet when the receipt was made."), _AGAIN),
    Code.CANCELLED: (N_("You cancelled it."), _AGAIN),
}
"""Cause and action of each code: untranslated sources, in receipts as they are."""

_NAMED: Final[Mapping[Variant, tuple[str, str]]] = {
    Variant.NO_ANOMALY_ID: (
        N_("{detail} is no anomaly’s number, so the register was not asked."),
        N_("Add the file again for the right number."),
    ),
    Variant.HEADER_UNKNOWN: (
        N_("The storage wants the header {detail}, whose value only the register knows."),
        _NOT_THIS_WAY,
    ),
    Variant.HEADER_CHOSEN: (
        N_("The storage address from the register chooses the header {detail} by itself."),
        _NOT_THIS_WAY,
    ),
    Variant.HEADER_UNSENDABLE: (
        N_("The storage address from the register gives the header {detail} a value that cannot be sent."),
        _NOT_THIS_WAY,
    ),
    Variant.PARAMETER_TWICE: (N_("The storage address from the register names {detail} twice."), _NOT_THIS_WAY),
    Variant.PLACE_TAKEN: (
        N_("The register gave this file the place in the storage that another file has: {detail}."),
        _SHARED,
    ),
    Variant.WEB_PAGE: (N_("A web page answered in place of the storage: {detail}."), _PORTAL),
    Variant.NOT_THE_STORAGE: (N_("Something else answered in place of the storage: {detail}."), _PORTAL),
    Variant.STORAGE_ERROR: (N_("The storage answered with an error: {detail}."), _IT),
    Variant.CAME_SHORT: (N_("Only {got} of {announced} came."), _COPY_FIRST),
    Variant.CAME_LONG: (N_("{got} came where {announced} were announced."), _COPY_FIRST),
    Variant.NOT_GIVEN: (N_("The other program did not give it ({detail})."), _COPY_FIRST),
    Variant.NO_ROOM: (
        N_("It cannot be written on this computer: {detail}."),
        N_("Make room on the disk, then drop it again."),
    ),
}
"""Cause and action of a variant with a detail, which the cause names."""
_UNNAMED: Final[Mapping[Variant, tuple[str, str]]] = {
    Variant.OTHER_NAME: (
        N_("The server’s certificate is made out to another name."),
        N_("Check the server address in the settings; if it is right, tell your IT department."),
    ),
    Variant.CERTIFICATE_EXPIRED: (
        N_("The server’s certificate is not valid today."),
        N_("Check this computer’s date and time; if they are right, tell your IT department."),
    ),
    Variant.SELF_SIGNED: (
        N_("The server vouches only for itself."),
        N_("Tell your IT department: nothing is sent to such a server."),
    ),
    Variant.UNKNOWN_ISSUER: (
        N_("The server’s certificate was issued by somebody whom this computer does not trust."),
        _REPLACED,
    ),
    Variant.SERVER_DOWN: (N_("The server does not answer."), _LATER),
    Variant.NOT_UNDERSTOOD: TABLE[Code.PROTOCOL],
    Variant.NO_SERVICE: (N_("A web page answered in place of the register."), _PORTAL),
    Variant.PROXY_SIGN_IN: (
        N_("Your network’s proxy asks for a user name and a password."),
        N_("Ask your IT department for the proxy’s address with both, and put it into the settings."),
    ),
    Variant.PROXY_SOCKS: (
        N_("Your network’s proxy is a SOCKS proxy, which this program cannot use."),
        N_("Ask your IT department for the address of an HTTP proxy, and put it into the settings."),
    ),
    Variant.PROXY_NO_ADDRESS: (
        N_("What is named as your network’s proxy is not an address."),
        N_("Ask your IT department for the address of an HTTP proxy, and put it into the settings."),
    ),
    Variant.PROXY_DOWN: (N_("Your network’s proxy cannot be reached."), _NETWORK),
    Variant.PROXY_SILENT: (
        N_("Your network’s proxy does not answer."),
        N_("Try again in a few minutes; if it stays so, tell your IT department."),
    ),
    Variant.PROXY_BROKE_OFF: (
        N_("Your network’s proxy broke off the connection."),
        N_("Try again in a few minutes; if it stays so, tell your IT department."),
    ),
    Variant.DEAD_ON_ARRIVAL: (
        N_("The storage calls the register’s links expired as soon as they are given out."),
        N_("Contact the register’s administrator: a clock there is wrong."),
    ),
    Variant.LOOKS_LIKE_PAGE: (N_("This looks like a web page, not like what its name says."), _OTHER_FILE),
    Variant.LOOKS_LIKE_PROGRAM: (N_("This looks like a program, not like what its name says."), _OTHER_FILE),
    Variant.BEGINS_WITH_ZEROS: (N_("There are only zeros where the file should begin."), _OTHER_FILE),
    Variant.NOT_FINISHED: (N_("This looks like a download that was not finished."), _OTHER_FILE),
    Variant.SPLIT_ARCHIVE: (N_("This is a part of a split archive: the register does not accept parts."), _ZIP),
    Variant.LINK_DANGLING: (N_("This is a link, and what it leads to is not there."), _OTHER_FILE),
    Variant.LINK_LOOP: (N_("This is a link that leads to itself."), _OTHER_FILE),
    Variant.LOCKED: (
        N_("Another program has the file open."),
        N_("Close it in Excel or wherever it is open, then try again."),
    ),
    Variant.PATH_TOO_LONG: (
        N_("The path to this file or folder is too long for this computer."),
        N_("Shorten the names of its folders, or move it further up, then add it again."),
    ),
    Variant.REQUEST_TOO_LARGE: (
        N_("The register found the request too large."),
        N_("Send fewer or smaller files at a time; if that does not help, tell your IT department."),
    ),
    Variant.REDIRECTED: (
        N_("The register’s address leads elsewhere."),
        N_("Sign in to this network in a web browser, or check the server address in the settings."),
    ),
    Variant.NO_REQUEST: (N_("No request can be made of the address from the register."), _IT),
    Variant.PLACE_TAKEN: (N_("The register gave this file the place in the storage that another file has."), _SHARED),
    Variant.WEB_PAGE: (N_("A web page answered in place of the storage."), _PORTAL),
    Variant.NOT_THE_STORAGE: (N_("Something else answered in place of the storage."), _PORTAL),
    Variant.STORAGE_ERROR: (N_("The storage answered with an error."), _IT),
    Variant.NO_DECODER: (
        N_("The part of this program that decodes pictures does not start."),
        N_("Start it again; if that does not help, tell your IT department."),
    ),
    Variant.NOT_GIVEN: (N_("The other program did not give it."), _COPY_FIRST),
    Variant.ENGINE_ENDED: (
        N_("Internal error: this program sends nothing more."),
        N_("Close it, then start it again. The list is kept; add files again that are missing there."),
    ),
    Variant.KEPT_NO_LONGER: (N_("It is not kept on this computer any more."), _DROP_AGAIN),
    Variant.OFFER_GONE: (N_("The clipboard held something else by then."), N_("Copy it again, then paste it.")),
}
"""Cause and action of a variant whose cause names no detail."""
_COUNTS_BYTES: Final = frozenset({Variant.CAME_SHORT, Variant.CAME_LONG})
"""Variants whose detail is two numbers of bytes, separated by a slash."""
_WITH_ITS_DETAIL: Final = frozenset(
    {Variant.REQUEST_TOO_LARGE, Variant.REDIRECTED, Variant.DEAD_ON_ARRIVAL, Variant.NOT_UNDERSTOOD}
)
"""Variants whose detail follows the cause."""
_NAMED_TYPE: Final = N_("The register does not accept {detail} files.")
_NAMED_PHOTO: Final = N_("The register does not accept {detail} photos.")
OWN_DETAILS: Final = (
    N_("it is not an address"),
    N_("it is not an https address"),
    N_("it holds a user name"),
    N_("it holds a ? or a #"),
    N_("it is not encrypted (http:)"),
    N_("the answer is not JSON"),
    N_('the answer has no list "uploads"'),
    N_('"uploads" holds something else than objects'),
    N_("the answer speaks of this file twice"),
    N_("the answer has no end"),
    N_("no answer to the connection"),
    N_("it refused the connection"),
    N_("it closed the connection"),
    N_("this computer has no way to it"),
    N_("a firewall of this computer does not let it through"),
    N_("no name can be looked up"),
    N_("its name is not known"),
    N_("it answers without encryption"),
    N_("it wants another version of the encryption"),
    N_("it wants another way of encryption"),
    N_("the disk is full"),
    N_("it may not be written to"),
    N_("the disk reported an error"),
    N_("it cannot be opened"),
    N_("another program has it open"),
    N_("it is damaged"),
    N_("there is not enough memory"),
    N_("it cannot be used"),
    N_("no such name"),
    N_("it is shorter than it was"),
    N_("it is in iCloud only"),
    N_("the answer has no ETag"),
    N_("the storage answered before it had the whole file"),
    N_("it leads to this computer or its own network link"),
    N_("no request can be made of it"),
    N_("it has several pages or images"),
    N_("it is too large"),
    N_("its pixels have more than 16 bits"),
    N_("its pixels are stored in an unusual way"),
    N_("decoding it ends the decoder"),
    N_("decoding it takes too long"),
    N_("a part of it is missing"),
    N_("the lengths inside it do not add up"),
    N_("its inner structure is damaged"),
    N_("it is to be opened again"),
    N_("there is no permission for it"),
    N_("the disk is read-only"),
    N_("the disk takes no file of that size"),
    N_("there is no such file or folder"),
    N_("a file is where a folder should be"),
    N_("it is a folder"),
    N_("there is one of that name already"),
    N_("its path is too long"),
    N_("its links lead round in a circle"),
    N_("its path is not valid"),
    N_("another program is using it"),
    N_("too many files are open"),
    N_("its network drive cannot be reached"),
    N_("its device is not there"),
)
"""Details that are the engine's own words: translated where they are shown, never in a receipt."""
_ONLY_THE_SERVER_TELLS: Final = frozenset({Code.REJECTED, Code.STORAGE_REFUSED})
_PHOTOS: Final = frozenset({"HEIC", "WebP", "AVIF", "TIFF", "BMP"})


def cause_and_action(reason: Reason) -> Remedy:
    """Return cause and action in the person's language; a server's or system's `detail` stays in its own words."""
    cause, action = _sources(reason)
    detail = "" if _contains_detail(cause, reason) else _(reason.detail)
    values = {name: _(value) if value in OWN_DETAILS else value for name, value in _values(reason, size).items()}
    return Remedy(_(cause, **values), _(action), detail, explains=reason.code in _ONLY_THE_SERVER_TELLS)


def english(reason: Reason) -> str:
    """Return the message of a receipt: the cause and its detail, untranslated."""
    cause, _action = _sources(reason)
    if _contains_detail(cause, reason) or not reason.detail:
        return cause.format(**_values(reason, lambda count: f"{count:,} bytes"))
    return f"{cause} ({reason.detail})"


def _values(reason: Reason, size_told: Callable[[int], str]) -> dict[str, str]:
    """Return the values for a cause's {places}; `size_told` returns the text for a number of bytes."""
    if reason.variant not in _COUNTS_BYTES:
        return {"detail": reason.detail}
    got, announced = (int(count) for count in reason.detail.split("/"))
    if (told := size_told(got)) == size_told(announced):
        return {"got": bytes_exactly(got), "announced": bytes_exactly(announced)}
    return {"got": told, "announced": size_told(announced)}


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
    """Return whether the cause names the detail, or its variant is clear without it."""
    return "{detail}" in cause or (reason.variant is not None and reason.variant not in _WITH_ITS_DETAIL)
