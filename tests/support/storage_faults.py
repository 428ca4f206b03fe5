"""What `ScriptedStorage` can be told to do instead of storing a presigned PUT and answering 200.

Tests give these values to `ScriptedStorage.script(key, …)`, one per attempt, or return them from `.fault`.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

XML_TYPE = ("Content-Type", "application/xml")


@dataclass(frozen=True, slots=True)
class ResetMidway:
    """Read this part of the body (0 to 1), then reset the connection."""

    after: float = 0.5


@dataclass(frozen=True, slots=True)
class StallMidway:
    """Read this part of the body, then nothing more until `release()`; then read on, store and answer 200."""

    after: float = 0.5


@dataclass(frozen=True, slots=True)
class SlowRead:
    """Read no faster than this (`first`: how many bytes of it, the rest at once), then store and answer 200."""

    bytes_per_second: float
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer an S3 error: after reading the body, or `unread` (at once, and close, the body still on its way)."""

    status: int
    code: str
    message: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    unread: bool = False

    @property
    def body(self) -> bytes:
        """Return the error as S3 words it."""
        inner = f"<Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message>"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()


@dataclass(frozen=True, slots=True)
class RefuseContentType:
    """Answer 403 SignatureDoesNotMatch while a Content-Type is sent; store and answer 200 without one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer this very status, headers and body after reading the request; nothing is stored."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoreThenAnswer:
    """Store, then answer 200 with these headers; `etag` (without quotes) in the place of the MD5, "" for none."""

    etag: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoreThenSend:
    """Store, send these very bytes (with the object's MD5 in the place of `{md5}`), and close the connection."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class SendUnread:
    """Send these very bytes without reading the body, and take nothing; end the connection at `release()`.

    `after`: read this part of the body (0 to 1) first, and end the connection at once.
    """

    raw: bytes
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class StoreDamaged:
    """Store the body with its first byte changed, and answer 200 with the ETag of that."""


@dataclass(frozen=True, slots=True)
class StoreThenReset:
    """Store, then reset the connection without an answer."""


@dataclass(frozen=True, slots=True)
class StoreThenSilence:
    """Store, then say nothing until `release()`; then answer 200."""


StorageFault = (
    ResetMidway | StallMidway | SlowRead | Refuse | RefuseContentType | Reply | StoreThenAnswer | StoreThenSend
    | SendUnread | StoreDamaged | StoreThenReset | StoreThenSilence
)  # fmt: skip


def refuse_unread(status: int = 403, code: str = "AccessDenied", message: str = "Access Denied") -> Refuse:
    """Answer before reading the body and close at once: the client may see only a broken pipe."""
    return Refuse(status, code, message, unread=True)


def internal_error() -> Refuse:
    return Refuse(500, "InternalError", "We encountered an internal error. Please try again.")


def slow_down(retry_after: str | None = None) -> Refuse:
    """S3's 503, with Retry-After (seconds or an HTTP date) where given."""
    headers = (("Retry-After", retry_after),) if retry_after is not None else ()
    return Refuse(503, "SlowDown", "Please reduce your request rate.", headers)


def expired(*, unread: bool = False) -> Refuse:
    """S3's answer to a presigned URL that is too old."""
    return Refuse(403, "AccessDenied", "Request has expired", unread=unread)


def too_large() -> Refuse:
    """S3's answer to more bytes than it takes."""
    return Refuse(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")


def bad_signature() -> Refuse:
    """S3's answer to a request that is not the one that was signed."""
    message = "The request signature we calculated does not match the signature you provided."
    return Refuse(403, "SignatureDoesNotMatch", message)


def kms_etag() -> StoreThenAnswer:
    """A 200 whose ETag looks like an MD5 but is none, as with a KMS-encrypted bucket."""
    return StoreThenAnswer("0123456789abcdef" * 2, (("x-amz-server-side-encryption", "aws:kms"),))


def wrong_etag() -> StoreThenAnswer:
    """A 200 with the ETag of other bytes."""
    return StoreThenAnswer("f" * 32)


def set_cookie() -> StoreThenAnswer:
    """A 200 that wants a cookie back."""
    return StoreThenAnswer(headers=(("Set-Cookie", "AWSALB=sticky; Path=/"),))


def redirect(location: str, status: int = 307) -> Reply:
    """Point to another address."""
    return Reply(status, b"", (("Location", location),))
