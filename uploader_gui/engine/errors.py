"""The errors of an upload. Each class says what may be done about it.

UploaderError
├── SourceError                 the local file
│   ├── SourceMissing             missing       it is not there (any more)
│   ├── NotFetched                not_fetched   another program did not give it, or not to its end
│   ├── SourceUnreadable          unreadable    no permission, locked by another program, a broken disk
│   ├── SourceChanged             changed       it is not what it was when it was queued, or opened
│   ├── BrokenPicture             broken_picture   it cannot be decoded, so it cannot become a JPEG
│   ├── NotPrepared               preparation   its JPEG or ZIP cannot be written here
│   └── SourceRefused             the service never accepts it as it is
│       ├── EmptyFile               empty_file
│       ├── EmptyFolder             empty_folder
│       ├── NotAFile                not_a_file    a pipe, a socket, a device
│       ├── OutsideLink             outside_link  a link inside a folder that leads out of it
│       ├── TooLarge                too_large     one PUT takes at most 5 GiB
│       ├── TypeNotAccepted         type_not_accepted
│       └── CannotConvert           cannot_convert   one JPEG cannot hold it: several pages, too large
├── NetworkError                the connection to a server
│   ├── Offline                   offline       nothing was sent: no name, refused, no route
│   ├── TlsFailed                 tls           nothing was sent: the certificate is not trusted
│   ├── ProxyFailed               proxy         nothing was sent: the proxy refused
│   │   └── ProxyBusy               proxy         nothing was sent: the proxy cannot reach the server now
│   ├── ConnectionLost            connection_lost   outcome unknown
│   │   └── CutShort                connection_lost   nothing was done: it broke while the request was being sent
│   └── Stalled                   stalled       outcome unknown: no byte moved for too long
├── ApiError                    the service's answer to a registration
│   ├── SignInNeeded              sign_in       401, 403
│   ├── Rejected                  rejected      400, 404, 413, 422 and the like: final
│   ├── TooManyRequests           service_busy  429, 503, 421, 425: surely did nothing
│   ├── ServiceFailed             service_failed   500, 502, 504: outcome unknown
│   ├── ProtocolViolated          protocol      200 without the promised JSON: outcome unknown
│   └── LeftOut                   left_out      the answer does not mention this file
├── StorageError                the storage's answer to a presigned PUT
│   ├── UrlExpired                url_expired   register again
│   ├── UrlRefused                url_refused   the address is not one we send evidence to
│   ├── SlowDown                  storage_busy  503, 429, 500: all transfers slow down
│   ├── StorageRefused            storage_refused   final
│   │   └── SignatureMismatch       storage_refused   once more without Content-Type
│   └── Damaged                   damaged       the ETag is not our MD5: send again
│       └── NotConfirmed            damaged       200, but not from the storage: send again
├── JournalError                the journal cannot be used or written
│   ├── JournalInUse              journal_in_use    another instance works on it
│   ├── JournalTooNew             journal_too_new   written by a newer version of this program
│   └── JournalUnwritable         journal       disk full, read-only
└── (anything else is a bug)    internal_error

Three class attributes: whether the same request may be repeated (`retriable`), whether it may have done something
(`outcome_unknown`), and whether the server as a whole may be in trouble rather than this file (`far_end_trouble`).
`retry_after` is in seconds, None where the server did not say.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Code(StrEnum):
    """Why an upload is not (yet) uploaded: the closed list of `reason.code` in a receipt."""

    MISSING = "missing"
    NOT_FETCHED = "not_fetched"
    UNREADABLE = "unreadable"
    CHANGED = "changed"
    EMPTY_FILE = "empty_file"
    EMPTY_FOLDER = "empty_folder"
    NOT_A_FILE = "not_a_file"
    OUTSIDE_LINK = "outside_link"
    TOO_LARGE = "too_large"
    TYPE_NOT_ACCEPTED = "type_not_accepted"
    CANNOT_CONVERT = "cannot_convert"
    BROKEN_PICTURE = "broken_picture"
    PREPARATION = "preparation"
    OFFLINE = "offline"
    TLS = "tls"
    PROXY = "proxy"
    CONNECTION_LOST = "connection_lost"
    STALLED = "stalled"
    SIGN_IN = "sign_in"
    NO_ACCESS = "no_access"
    REJECTED = "rejected"
    SERVICE_BUSY = "service_busy"
    SERVICE_FAILED = "service_failed"
    PROTOCOL = "protocol"
    LEFT_OUT = "left_out"
    URL_EXPIRED = "url_expired"
    URL_REFUSED = "url_refused"
    STORAGE_BUSY = "storage_busy"
    STORAGE_REFUSED = "storage_refused"
    DAMAGED = "damaged"
    JOURNAL = "journal"
    JOURNAL_IN_USE = "journal_in_use"
    JOURNAL_TOO_NEW = "journal_too_new"
    INTERNAL_ERROR = "internal_error"
    ALREADY_UPLOADED = "already_uploaded"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


class Variant(StrEnum):
    """Which case of its code a reason is, where people need other words than those for the code.

    The journal keeps the values. What `detail` holds beside it stands in brackets.
    """

    PATH_TOO_LONG = "path_too_long"
    """MISSING: no file can have such a path."""
    LINK_DANGLING = "link_dangling"
    """MISSING: a link, and what it leads to is not there."""
    LINK_LOOP = "link_loop"
    """UNREADABLE: a link that leads to itself."""
    LOCKED = "locked"
    """UNREADABLE: another program has it open."""
    REQUEST_TOO_LARGE = "request_too_large"
    """REJECTED with 413 [the service's words]."""
    REDIRECTED = "redirected"
    """REJECTED with 3xx [the status]."""
    NO_ANOMALY_ID = "no_anomaly_id"
    """REJECTED before the service was asked [what was given as the anomaly's number]."""
    HEADER_UNKNOWN = "header_unknown"
    """URL_REFUSED: it signs a header without saying its value [the header]."""
    HEADER_CHOSEN = "header_chosen"
    """URL_REFUSED: it signs a header that it may not choose [the header]."""
    HEADER_UNSENDABLE = "header_unsendable"
    """URL_REFUSED: it gives a header a value that HTTP does not allow [the header]."""
    PARAMETER_TWICE = "parameter_twice"
    """URL_REFUSED: it has a parameter with two values [the parameter]."""
    NO_REQUEST = "no_request"
    """URL_REFUSED: HTTP allows no such request."""
    PLACE_TAKEN = "place_taken"
    """URL_REFUSED: another file has its place in the storage [that file's name, where it is known]."""
    WEB_PAGE = "web_page"
    """DAMAGED: a web page answered in place of the storage [its title, its server, where they are known]."""
    NOT_THE_STORAGE = "not_the_storage"
    """DAMAGED: something else did [its server, where it is known]."""
    STORAGE_ERROR = "storage_error"
    """DAMAGED: the storage answered 200 with an error in the body [its words, where it has any]."""
    OTHER_NAME = "other_name"
    """TLS: the server's certificate is another one's, and for the next ones: it has expired, it vouches for itself,
    somebody vouches for it whom this computer does not trust."""
    CERTIFICATE_EXPIRED = "certificate_expired"
    SELF_SIGNED = "self_signed"
    UNKNOWN_ISSUER = "unknown_issuer"
    SERVER_DOWN = "server_down"
    """OFFLINE: the network is there, but the server refuses connections or does not answer [the system's words]."""
    NOT_UNDERSTOOD = "not_understood"
    """PROTOCOL: a whole answer of the service is not what it promises [what is wrong with it]."""
    NO_SERVICE = "no_service"
    """PROTOCOL, PROXY: a web page answered in place of the service, as a network's sign-in page."""
    PROXY_SIGN_IN = "proxy_sign_in"
    """PROXY: it asks for a user name and a password."""
    PROXY_SOCKS = "proxy_socks"
    """PROXY: it is of another kind than HTTP."""
    PROXY_NO_ADDRESS = "proxy_no_address"
    """PROXY: its address is not valid."""
    PROXY_DOWN = "proxy_down"
    """OFFLINE: the proxy is not there, so nobody knows of the server [the system's words]."""
    PROXY_SILENT = "proxy_silent"
    """PROXY: it does not answer, or, for the next, breaks off before it has reached the server."""
    PROXY_BROKE_OFF = "proxy_broke_off"
    DEAD_ON_ARRIVAL = "dead_on_arrival"
    """URL_EXPIRED: the storage called it so as soon as the service had given it out, twice [the storage's words]."""
    LOOKS_LIKE_PAGE = "looks_like_page"
    """TYPE_NOT_ACCEPTED: a web page under the name of something else, and so for the next ones."""
    LOOKS_LIKE_PROGRAM = "looks_like_program"
    BEGINS_WITH_ZEROS = "begins_with_zeros"
    NOT_FINISHED = "not_finished"
    """TYPE_NOT_ACCEPTED: a part of the file is still to be downloaded, by its name or its bytes."""
    SPLIT_ARCHIVE = "split_archive"
    """TYPE_NOT_ACCEPTED: one of several parts of an archive."""
    NO_DECODER = "no_decoder"
    """PREPARATION: the process that decodes pictures does not start."""
    CAME_SHORT = "came_short"
    """NOT_FETCHED: fewer bytes came than were announced [both numbers, separated by a slash]."""
    CAME_LONG = "came_long"
    """NOT_FETCHED: more bytes came than were announced [both numbers, separated by a slash]."""
    NOT_GIVEN = "not_given"
    """NOT_FETCHED: the other program reported an error, or ended [the system's number for it]."""
    NO_ROOM = "no_room"
    """NOT_FETCHED: it cannot be written on this computer [the system's words]."""
    KEPT_NO_LONGER = "kept_no_longer"
    """NOT_FETCHED: it was, but is not kept any more."""
    OFFER_GONE = "offer_gone"
    """NOT_FETCHED: the clipboard holds something else by now."""
    ENGINE_ENDED = "engine_ended"
    """INTERNAL_ERROR: the engine has ended, and nothing more is sent."""


class UploaderError(Exception):
    """Root of the tree. `detail` is a fact on one line (a server's words, a system's error), never a secret."""

    code: ClassVar[Code] = Code.INTERNAL_ERROR
    retriable: ClassVar[bool] = False
    outcome_unknown: ClassVar[bool] = False
    far_end_trouble: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, variant: Variant | None = None, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.detail = " ".join(detail.splitlines())
        self.variant = variant
        self.retry_after = retry_after

    def __str__(self) -> str:
        """Return everything about it, for the log."""
        return " ".join(filter(None, (self.code, self.variant, self.detail)))


class SourceError(UploaderError):
    """The local file cannot be sent."""


class NotFetched(SourceError):
    """Another program did not give a virtual file to its end; nothing of it is kept."""

    code = Code.NOT_FETCHED


class SourceMissing(SourceError):
    """The file is not there (any more)."""

    code = Code.MISSING


class SourceUnreadable(SourceError):
    """The system does not let us read the file."""

    code = Code.UNREADABLE


class SourceChanged(SourceError):
    """The file is not what it was when it was queued, or what it was when it was opened."""

    code = Code.CHANGED


class SourceRefused(SourceError):
    """The service never accepts the file as it is."""


class EmptyFile(SourceRefused):
    """The file has no bytes."""

    code = Code.EMPTY_FILE


class EmptyFolder(SourceRefused):
    """The folder has no files."""

    code = Code.EMPTY_FOLDER


class NotAFile(SourceRefused):
    """A pipe, a socket or a device: never opened."""

    code = Code.NOT_A_FILE


class OutsideLink(SourceRefused):
    """A link inside a dropped folder that does not lead to a file within that folder."""

    code = Code.OUTSIDE_LINK


class TooLarge(SourceRefused):
    """One S3 PUT takes at most 5 GiB."""

    code = Code.TOO_LARGE


class TypeNotAccepted(SourceRefused):
    """Not one of the service's 16 media types; `detail` names the type it has."""

    code = Code.TYPE_NOT_ACCEPTED


class CannotConvert(SourceRefused):
    """One JPEG cannot hold this picture, but a ZIP can; `detail` says why."""

    code = Code.CANNOT_CONVERT


class BrokenPicture(SourceError):
    """The picture cannot be decoded."""

    code = Code.BROKEN_PICTURE


class NotPrepared(SourceError):
    """The JPEG or ZIP cannot be written on this machine: disk full, read-only."""

    code = Code.PREPARATION


class NetworkError(UploaderError):
    """The connection to a server failed."""

    retriable = True


class Offline(NetworkError):
    """No name resolution, connection refused, no route: surely nothing was sent."""

    code = Code.OFFLINE


class TlsFailed(NetworkError):
    """No secure connection: surely nothing was sent. Trying again does not make a certificate trusted."""

    code = Code.TLS
    retriable = False


class ProxyFailed(NetworkError):
    """The proxy refused: surely nothing was sent."""

    code = Code.PROXY


class ProxyBusy(ProxyFailed):
    """The proxy answered 429 or 5xx: it cannot reach the server now."""

    far_end_trouble = True


class ConnectionLost(NetworkError):
    """The connection broke after the request began to go out."""

    code = Code.CONNECTION_LOST
    outcome_unknown = True
    far_end_trouble = True


class CutShort(ConnectionLost):
    """The connection broke before the whole request was sent: a server does nothing with a part of one."""

    outcome_unknown = False


class Stalled(NetworkError):
    """No byte moved for too long, or no answer came."""

    code = Code.STALLED
    outcome_unknown = True
    far_end_trouble = True


class ApiError(UploaderError):
    """The service did not register the files."""


class SignInNeeded(ApiError):
    """401 or 403: the tokens are missing, expired or refused."""

    code = Code.SIGN_IN


class Rejected(ApiError):
    """The service refuses this registration; asking the same again changes nothing."""

    code = Code.REJECTED


class TooManyRequests(ApiError):
    """429, 503, 421 or 425: the service surely did nothing, and is to be asked later."""

    code = Code.SERVICE_BUSY
    retriable = True
    far_end_trouble = True


class ServiceFailed(ApiError):
    """500, 502, 504: it may have registered the files, or not."""

    code = Code.SERVICE_FAILED
    retriable = True
    outcome_unknown = True
    far_end_trouble = True


class ProtocolViolated(ApiError):
    """200 without the promised JSON: it may have registered the files, or not."""

    code = Code.PROTOCOL
    retriable = True
    outcome_unknown = True
    far_end_trouble = True


class LeftOut(ApiError):
    """The answer does not mention this file."""

    code = Code.LEFT_OUT


class StorageError(UploaderError):
    """The storage did not confirm a presigned PUT."""


class UrlExpired(StorageError):
    """The presigned URL is too old: the file has to be registered again."""

    code = Code.URL_EXPIRED

    def __init__(
        self, detail: str = "", *, variant: Variant | None = None, perhaps: bool = False, on_arrival: bool = False
    ) -> None:
        """`perhaps`: the storage refused it without a word of its age, and only by some clock it has expired.

        `on_arrival`: the service had only just given it out.
        """
        super().__init__(detail, variant=variant)
        self.perhaps = perhaps
        self.on_arrival = on_arrival


class UrlRefused(StorageError):
    """The presigned URL leads where no evidence may go, or HTTP allows no such request; `detail` says why."""

    code = Code.URL_REFUSED


class SlowDown(StorageError):
    """503 SlowDown, 429 or 5xx: every transfer slows down."""

    code = Code.STORAGE_BUSY
    retriable = True
    far_end_trouble = True


class StorageRefused(StorageError):
    """The storage refuses this object; `detail` holds its words."""

    code = Code.STORAGE_REFUSED


class SignatureMismatch(StorageRefused):
    """403 SignatureDoesNotMatch: some storages check a Content-Type that was not signed; try again without it."""

    retriable = True


class Damaged(StorageError):
    """The storage holds other bytes than were sent: send them again."""

    code = Code.DAMAGED
    retriable = True


class NotConfirmed(Damaged):
    """A success that is not the storage's; `detail` says what answered. Send it again, to the same URL."""


class JournalError(UploaderError):
    """The journal cannot be used."""

    code = Code.JOURNAL


class JournalInUse(JournalError):
    """Another instance uses this journal."""

    code = Code.JOURNAL_IN_USE


class JournalTooNew(JournalError):
    """A newer version of this program wrote it."""

    code = Code.JOURNAL_TOO_NEW


class JournalUnwritable(JournalError):
    """Disk full, read-only, or no permission."""
