"""The S3 half of the stand-in: remembers which URLs were given out, and keeps what is PUT to them in a folder.

There objects stand under names a person can read, one sub-folder per anomaly. `Sandbox` hands it every request under
`/bucket/`. It computes no signatures: the servers in `tests/support` do.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import quote

from uploader_gui.sandbox.http import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploader_gui.sandbox.http import Request

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
"""Windows' forbidden characters, control characters, marks of the direction of writing, and lone surrogates."""

_DEVICES: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_MAX_CHARACTERS: Final = 120
_MAX_BYTES: Final = 200
_MAX_SUFFIX: Final = 16
"""No real extension is longer."""


class Objects:
    """The objects: whole ones in `folder`, which a person opens, others in `incoming`. Both are made if missing."""

    def __init__(self, folder: Path, incoming: Path) -> None:
        self._folder = folder
        self._incoming = incoming
        folder.mkdir(parents=True, exist_ok=True)
        incoming.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def half(self) -> Iterator[IO[bytes]]:
        """Open a file for an object on its way in; it is gone afterwards, unless `keep` has moved it."""
        with NamedTemporaryFile(dir=self._incoming, suffix=".part", delete=False) as file:
            try:
                yield file
            finally:
                file.close()
                Path(file.name).unlink(missing_ok=True)

    def keep(self, half: IO[bytes], place: Path) -> None:
        """Move a whole object to its place; one that stands there already is replaced."""
        half.close()
        Path(half.name).replace(place)

    def free_place(self, anomaly_id: str, name: str) -> Path:
        """Return a path that no object has, in the anomaly's folder, which is made if missing."""
        folder = self._folder / safe_name(anomaly_id)
        folder.mkdir(exist_ok=True)
        # Windows and macOS hold "a.jpg" and "A.JPG" for one file.
        taken = {path.name.casefold() for path in folder.iterdir()}
        path = PurePath(safe_name(name))
        names = (path.name if n == 1 else f"{path.stem} ({n}){path.suffix}" for n in count(1))
        return folder / next(one for one in names if one.casefold() not in taken)


def safe_name(name: str) -> str:
    """Return a name every file system takes, as near to the given one as it can be."""
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(" .") or "_"
    if _DEVICES.fullmatch(text):
        text = f"_{text}"
    path = PurePath(text)
    stem, suffix = (path.stem, path.suffix) if len(path.suffix) <= _MAX_SUFFIX else (text, "")
    while len(stem) + len(suffix) > _MAX_CHARACTERS or len((stem + suffix).encode()) > _MAX_BYTES:
        stem = stem[:-1]
    return stem + suffix


PREFIX: Final = "/bucket/"


class S3Refusal(Exception):
    """A request that S3 would refuse; the arguments are the HTTP status, S3's error code, and its sentence."""


@dataclass(slots=True)
class Grant:
    """What one URL is good for, until when. `place` is where its object stands, once there is one."""

    anomaly_id: str
    name: str
    mime_type: str
    expires_at: float
    place: Path | None = None


class Storage:
    """An S3 that knows only PUT with a presigned URL. URLs begin with `origin` and live `lifetime` seconds."""

    def __init__(self, origin: str, lifetime: int, objects: Objects) -> None:
        self._origin = origin
        self._lifetime = lifetime
        self._objects = objects
        self._grants: dict[str, Grant] = {}

    def presigned_url(self, anomaly_id: str, record_id: str, name: str, mime_type: str) -> str:
        """Return a URL to which one file may be PUT: as S3's, but with a random number in place of the signature."""
        now = time.time()
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        key = quote(f"{anomaly_id}/{record_id}/{name.replace('/', '_')}", safe="/-_.~")
        target = (
            f"{PREFIX}{key}?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Credential=SANDBOX%2F{date[:8]}%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date={date}"
            f"&X-Amz-Expires={self._lifetime}&X-Amz-SignedHeaders=content-type%3Bhost"
            f"&X-Amz-Signature={secrets.token_hex(32)}"
        )
        self._grants[target] = Grant(anomaly_id, name, mime_type, now + self._lifetime)
        return self._origin + target

    async def answer(self, request: Request) -> Answer:
        """Store an object, or say in S3's XML why not. Of a PUT that is cut off nothing is kept."""
        try:
            etag = await self._store(self._grant(request), request)
        except S3Refusal as refusal:
            status, code, message = refusal.args
            return _error(status, code, message, request.path)
        except (ConnectionError, TimeoutError):
            raise
        except OSError as error:
            return _error(500, "InternalError", f"We encountered an internal error: {error.strerror}", request.path)
        # x-amz-request-id tells S3 from a page of a network in between.
        return Answer(200, headers=(("ETag", f'"{etag}"'), ("x-amz-request-id", secrets.token_hex(8).upper())))

    def _grant(self, request: Request) -> Grant:
        """Return what a request may do, or refuse it before its body is read."""
        grant = self._grants.get(request.target)
        if request.method != "PUT":
            raise S3Refusal(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        if request.length is None:
            raise S3Refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        # S3 would pass over X-Session-Token, but a token at the storage is a leak.
        if request.headers.keys() & {"authorization", "x-session-token"}:
            raise S3Refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
        if grant is None:
            raise S3Refusal(403, "AccessDenied", "Access Denied")
        if time.time() > grant.expires_at:
            raise S3Refusal(403, "AccessDenied", "Request has expired")
        if request.headers.get("content-type") != grant.mime_type:
            message = "The request signature we calculated does not match the signature you provided."
            raise S3Refusal(403, "SignatureDoesNotMatch", message)
        return grant

    async def _store(self, grant: Grant, request: Request) -> str:
        """Return the MD5 in hexadecimal digits; the object is moved to its place when it is whole."""
        md5 = hashlib.md5(usedforsecurity=False)
        with self._objects.half() as half:
            async for block in request.body:
                half.write(block)
                md5.update(block)
            grant.place = grant.place or self._objects.free_place(grant.anomaly_id, grant.name)
            self._objects.keep(half, grant.place)
        return md5.hexdigest()


def _error(status: int, code: str, message: str, path: str) -> Answer:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
        f"<Resource>{escape(path)}</Resource><RequestId>{secrets.token_hex(8).upper()}</RequestId></Error>"
    )
    return Answer(status, body.encode(), (("Content-Type", "application/xml"),))
