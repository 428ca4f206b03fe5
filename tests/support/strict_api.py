"""`StrictApi`: the service's registration call over a real loopback socket, as strict as its page allows.

Independent of the program (it imports nothing of it). Every request and every violation is recorded.
"""

import json
import random
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from itertools import count
from typing import Any, assert_never

from tests.support.api_faults import (
    Answer,
    ApiFault,
    CloseUnread,
    Delay,
    Drip,
    Reset,
    Reshape,
    Silence,
    Truncate,
    refusal,
)
from tests.support.api_rules import SizeRule, anomaly_in, body_violations, described_anomaly, head_violations
from tests.support.loopback import PATIENCE, LoopbackServer
from tests.support.raw_http import Connection, HungUpError, RawAnswer, RawRequest

JSON_TYPE = (("Content-Type", "application/json"),)


@dataclass(slots=True)
class ApiCall:
    """One request. `body` is its parsed JSON (None where it is none); `status` None where no answer went out."""

    number: int
    connection: int
    request: RawRequest
    raw_body: bytes
    body: Any
    status: int | None = None

    @property
    def arrived(self) -> float:
        return self.request.arrived

    @property
    def upload_ids(self) -> list[str]:
        """The uploads it asks for, in its order (empty where the body is malformed)."""
        uploads = self.body if isinstance(self.body, list) else []
        return [str(upload.get("uploadId")) for upload in uploads if isinstance(upload, dict)]


@dataclass(frozen=True, slots=True)
class Registered:
    """A record the service now holds: the fields as asked for, and what was given out for them."""

    call: int
    anomaly_id: str
    upload_id: str
    name: str
    mime_type: str
    size: int
    service_id: str
    url: str


class StrictApi(LoopbackServer):
    """The service's API; `presign` gives the presigned URL for one upload (its four fields) of an anomaly.

    Other `tokens` (bearer, session) are answered 401. A `size` has to be right, in `size_unit` ("Mo" or "bytes"), where
    `file_sizes` has the true one by registered name. `id_type` and `success` are those of a good answer.

    `faults` are used up one per call, None meaning none; `fault` is asked when the queue is empty. Its clock (the
    Date header) is `clock_offset` seconds ahead of ours; None sends no Date. `describe` answers looks at an anomaly
    (GET), recorded in `lookups`; a gateway without that call answers 403.
    """

    base_path = "/main"

    def __init__(
        self,
        presign: Callable[[dict[str, Any], str], str],
        *,
        tokens: tuple[str, str] = ("bearer-for-tests", "session-for-tests"),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(tls=tls)
        self.presign = presign
        self.tokens = tokens
        self.size_unit = "Mo"
        self.file_sizes: dict[str, int] = {}
        self.id_type: type[str | int] = str
        self.success = 200
        self.calls: list[ApiCall] = []
        self.lookups: list[RawRequest] = []
        self.describe: Callable[[str], Answer] = lambda _anomaly_id: refusal(403, "Missing Authentication Token")
        self.registered: list[Registered] = []
        self.violations: list[str] = []
        self.faults: deque[ApiFault | None] = deque()
        self.clock_offset: float | None = 0.0
        self.fault: Callable[[int, ApiCall], ApiFault | None] = lambda _number, _call: None
        self._random = random.Random(20)
        self._next_id = count(1001)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a program here: the server, and tokens it accepts."""
        bearer, session = self.tokens
        return {
            "UPLOADER_API_URL": self.url,
            "UPLOADER_BEARER_TOKEN": bearer,
            "UPLOADER_SESSION_TOKEN": session,
        }

    @property
    def url(self) -> str:
        """What the program is given as `api_url`."""
        return self.origin + self.base_path

    def wait_for_calls(self, number: int, timeout: float = PATIENCE) -> None:
        """Wait (in the calling thread) until this many calls have come; `timeout` in seconds."""
        self.wait_until(lambda: len(self.calls) >= number, timeout)

    def registrations_of(self, upload_id: str) -> list[Registered]:
        """Return every record made for one upload: more than one means it is registered twice."""
        return [record for record in self.registered if record.upload_id == upload_id]

    def before_request(self, connection: Connection) -> None:
        """Reset the connection where the next fault says so."""
        with self.record():
            close = bool(self.faults) and isinstance(self.faults[0], CloseUnread)
            if close:
                self.faults.popleft()
        if close:
            connection.reset()

    def answer(self, connection: Connection, request: RawRequest) -> None:
        """Record the call, check it, then answer as promised or as the fault says."""
        if request.method == "GET" and (anomaly_id := described_anomaly(request, self.base_path)):
            self._describe(connection, request, anomaly_id)
            return
        body = connection.body(request)
        with self.record():  # what waits for this call may change `fault` as soon as it is seen
            call = self._record_call(connection, request, body)
            refused = self._refusal_of(call)
            fault = self._fault_for(call)
        if fault is not None:
            self._misbehave(connection, call, fault, refused)
        else:
            self._send(connection, call, self._regular(call, refused))

    def _describe(self, connection: Connection, request: RawRequest, anomaly_id: str) -> None:
        signed_in = self._token_pair(request) == self.tokens
        answer = self.describe(anomaly_id) if signed_in else refusal(401, "Unauthorized")
        with self.record():
            self.lookups.append(request)
        connection.send(RawAnswer(answer.status, answer.headers, answer.body))

    def _record_call(self, connection: Connection, request: RawRequest, raw: bytes) -> ApiCall:
        with self.record():
            call = ApiCall(len(self.calls) + 1, connection.number, request, raw, _parsed(raw))
            self.calls.append(call)
        return call

    def _refusal_of(self, call: ApiCall) -> Answer | None:
        """Return the answer to a request that is not as it has to be, None where all is well."""
        rule = SizeRule(self.size_unit, self.file_sizes)
        found = [*head_violations(call.request, self.base_path), *body_violations(call.raw_body, rule)]
        if found:
            with self.record():
                self.violations += [f"call {call.number}: {violation}" for violation in found]
            return refusal(400, "; ".join(found))
        return None if self._token_pair(call.request) == self.tokens else refusal(401, "Unauthorized")

    @staticmethod
    def _token_pair(request: RawRequest) -> tuple[str, str]:
        bearer = (request.header("Authorization") or "").removeprefix("Bearer ")
        return bearer, request.header("X-Session-Token") or ""

    def _fault_for(self, call: ApiCall) -> ApiFault | None:
        with self.record():
            if self.faults:
                return self.faults.popleft()
        return self.fault(call.number, call)

    def _misbehave(self, connection: Connection, call: ApiCall, fault: ApiFault, refused: Answer | None) -> None:
        match fault:
            case Answer():
                if fault.register_first and refused is None:
                    self._register(call)
                self._send(connection, call, RawAnswer(fault.status, fault.headers, fault.body))
            case Reset():
                if fault.register_first and refused is None:
                    self._register(call)
                connection.reset()
            case Silence():
                self.hold()
                self._send(connection, call, self._regular(call, refused))
            case Drip():
                self._drip(connection, fault)
            case Delay():
                self.pause(fault.seconds)
                self._send(connection, call, self._regular(call, refused))
            case Reshape() | Truncate():
                self._send(connection, call, self._misshapen(call, fault, refused))
            case CloseUnread():
                raise HungUpError("close")
            case _:
                assert_never(fault)

    def _drip(self, connection: Connection, fault: Drip) -> None:
        connection.send_bytes(fault.begin)
        while True:
            self.pause(0.1)
            connection.send_bytes(b" ")

    def _misshapen(self, call: ApiCall, fault: Reshape | Truncate, refused: Answer | None) -> RawAnswer:
        """Return the promised answer out of shape; a request not as it has to be is refused all the same."""
        if refused is not None:
            return self._regular(call, refused)
        promised = self._register(call)
        if isinstance(fault, Reshape):
            edited = fault.edit(promised)
            raw = edited if isinstance(edited, bytes) else json.dumps(edited).encode()
            return RawAnswer(self.success, JSON_TYPE, raw)
        body = json.dumps(promised).encode()
        return RawAnswer(self.success, JSON_TYPE, body, keep=len(body) // 2)

    def _regular(self, call: ApiCall, refused: Answer | None) -> RawAnswer:
        if refused is not None:
            return RawAnswer(refused.status, refused.headers, refused.body)
        return RawAnswer(self.success, JSON_TYPE, json.dumps(self._register(call)).encode())

    def _send(self, connection: Connection, call: ApiCall, answer: RawAnswer) -> None:
        with self.record():
            call.status = answer.status
        offset = self.clock_offset
        date = () if offset is None else (("Date", formatdate(time.time() + offset, usegmt=True)),)
        unread = call.request.content_length is None
        connection.send(replace(answer, headers=(*date, *answer.headers), close=answer.close or unread))

    def _register(self, call: ApiCall) -> dict[str, Any]:
        """Make a record for every upload of the call; return the promised answer, in an order of its own."""
        anomaly_id = anomaly_in(call.request.target, self.base_path)
        with self.record():
            records = [self._register_one(call.number, anomaly_id, upload) for upload in call.body]
            self.registered += records
            self._random.shuffle(records)
        return {
            "uploads": [
                {"uploadId": r.upload_id, "presignedUrl": r.url, "id": self.id_type(r.service_id)} for r in records
            ]
        }

    def _register_one(self, call: int, anomaly_id: str, upload: dict[str, Any]) -> Registered:
        upload_id, name, media_type, size = (upload[field] for field in ("uploadId", "name", "mimeType", "size"))
        service_id, url = str(next(self._next_id)), self.presign(upload, anomaly_id)
        return Registered(call, anomaly_id, upload_id, name, media_type, size, service_id, url)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
