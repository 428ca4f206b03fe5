"""`ScriptedStorage`: takes presigned PUTs as S3 does, over real loopback sockets, and fails as S3 can.

For what the real servers of `s3_servers` won't do on command. Every PUT and every violation is recorded.
"""

import hashlib
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import quote, unquote, urlsplit

from tests.support import storage_faults
from tests.support.loopback import PATIENCE, LoopbackServer
from tests.support.raw_http import Connection, RawRequest
from tests.support.storage_exchange import Exchange
from tests.support.storage_faults import Refuse, StorageFault
from tests.support.storage_records import PutRecord, StoredObject

FORBIDDEN_HEADERS = ("Authorization", "X-Session-Token", "Cookie", "Transfer-Encoding")


@dataclass(frozen=True, slots=True)
class _Grant:
    """A URL given out: raw target, end (by the storage's clock), the Content-Type it was signed for."""

    target: str
    expires_at: float
    content_type: str | None


class ScriptedStorage(LoopbackServer):
    """A bucket that takes presigned PUTs; its name is the first segment of every URL's path.

    Its clock is `clock_offset` seconds ahead of ours; expiry and the Date header follow it (the latter with
    `date_offset` seconds on top; None sends no Date). A small `receive_buffer` (bytes) makes a stall show early.
    `fault` is asked for every attempt that `script()` says nothing about, one at a time; it must not wait.
    """

    bucket = "evidence"

    def __init__(self, *, receive_buffer: int | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls=tls, receive_buffer=receive_buffer)
        self.clock_offset = 0.0
        self.date_offset: float | None = 0.0
        self.puts: list[PutRecord] = []
        self.objects: dict[str, StoredObject] = {}
        self.violations: list[str] = []
        self.fault: Callable[[str, int, RawRequest], StorageFault | None] = lambda _key, _attempt, _request: None
        self._scripts: dict[str, deque[StorageFault | None]] = defaultdict(deque)
        self._grants: dict[str, _Grant] = {}

    def clock(self) -> float:
        """Return the time by its own clock, in seconds since 1970."""
        return time.time() + self.clock_offset

    def date(self) -> tuple[tuple[str, str], ...]:
        """Return the Date header, if it sends one."""
        offset = self.date_offset
        return () if offset is None else (("Date", formatdate(self.clock() + offset, usegmt=True)),)

    def script(self, key: str, *faults: StorageFault | None) -> None:
        """Say what happens to the coming attempts on a key, in turn; None is an attempt that goes well."""
        with self.record():
            self._scripts[key].extend(faults)

    def url_for(
        self,
        key: str,
        *,
        lifetime: int = 900,
        issued_at: float | None = None,
        content_type: str | None = None,
        signed_headers: str | None = None,
    ) -> str:
        """Return a presigned URL that looks like SigV4's and lives `lifetime` seconds.

        `issued_at` is in seconds since 1970 by the storage's clock, now by default. A `content_type` is signed: any
        other value, or none, is answered SignatureDoesNotMatch. `signed_headers` (separated by `;`) are only named.
        """
        issued = self.clock() if issued_at is None else issued_at
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(issued))
        named = signed_headers or ("content-type;host" if content_type else "host")
        query = (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Credential=TESTKEY%2F{stamp[:8]}%2Feu-west-3%2Fs3%2Faws4_request"
            f"&X-Amz-Date={stamp}&X-Amz-Expires={lifetime}&X-Amz-SignedHeaders={quote(named, safe='')}"
        )
        target = f"/{self.bucket}/{quote(key, safe='/~')}?{query}"
        signature = hashlib.sha256(f"{self.port} {target} {content_type}".encode()).hexdigest()
        target += f"&X-Amz-Signature={signature}"
        with self.record():
            self._grants[target] = _Grant(target, int(issued) + lifetime, content_type)
        return self.origin + target

    def puts_of(self, key: str) -> list[PutRecord]:
        return [put for put in self.puts if put.key == key]

    def wait_for_puts(self, number: int, timeout: float = PATIENCE) -> None:
        """Wait (in the calling thread) until this many PUTs have begun; `timeout` in seconds."""
        self.wait_until(lambda: len(self.puts) >= number, timeout)

    def wait_for_objects(self, number: int, timeout: float = PATIENCE) -> None:
        """Wait (in the calling thread) until this many keys are stored; `timeout` in seconds."""
        self.wait_until(lambda: len(self.objects) >= number, timeout)

    def before_request(self, connection: Connection) -> None:
        """Nothing: every fault of a storage begins with a head it has read."""

    def answer(self, connection: Connection, request: RawRequest) -> None:
        """Record the PUT, refuse what S3 refuses, then store it or do what the script says."""
        with self.record():  # what waits for this PUT may change `fault` as soon as it is seen
            put = self._record_put(connection, request)
            fault = self._violation_of(put) or self._fault_for(put) or self._refusal_of(request)
        Exchange(self, connection, put).run(fault)

    def keep(self, put: PutRecord, stored: StoredObject) -> None:
        with self.record():
            self.objects[put.key] = stored
            put.stored = True

    def _record_put(self, connection: Connection, request: RawRequest) -> PutRecord:
        key = unquote(urlsplit(request.target).path).removeprefix(f"/{self.bucket}/")
        with self.record():
            attempt = len(self.puts_of(key)) + 1
            put = PutRecord(key, attempt, connection.number, request)
            self.puts.append(put)
        return put

    def _violation_of(self, put: PutRecord) -> Refuse | None:
        """Find what no client of ours may ever send to storage; record it and give the refusal."""
        found = [f"header {name}" for name in FORBIDDEN_HEADERS if put.request.all(name)]
        if put.request.method != "PUT":
            found.append(f"method {put.request.method}")
        if put.request.content_length is None:
            found.append("no clear Content-Length")
        if not found:
            return None
        with self.record():
            self.violations += [f"{put.key}, attempt {put.attempt}: {violation}" for violation in found]
        return Refuse(400, "InvalidArgument", "; ".join(found), unread=put.request.content_length is None)

    def _fault_for(self, put: PutRecord) -> StorageFault | None:
        with self.record():
            script = self._scripts[put.key]
            if script:
                return script.popleft()
        return self.fault(put.key, put.attempt, put.request)

    def _refusal_of(self, request: RawRequest) -> Refuse | None:
        """Return S3's refusal of a URL that was not given out like this, or is too old."""
        grant = self._grants.get(request.target)
        if grant is None:
            return storage_faults.bad_signature()
        if grant.content_type is not None and request.header("Content-Type") != grant.content_type:
            return storage_faults.bad_signature()
        return storage_faults.expired() if self.clock() > grant.expires_at else None
