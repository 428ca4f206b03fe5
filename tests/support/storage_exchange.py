"""One PUT on its way through `ScriptedStorage`: read, stored and answered, or whatever its fault says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, assert_never

from tests.support import storage_faults
from tests.support.raw_http import BLOCK, Connection, HungUpError, RawAnswer
from tests.support.storage_faults import (
    XML_TYPE,
    Refuse,
    RefuseContentType,
    Reply,
    ResetMidway,
    SendUnread,
    SlowRead,
    StallMidway,
    StorageFault,
    StoreDamaged,
    StoreThenAnswer,
    StoreThenReset,
    StoreThenSend,
    StoreThenSilence,
)
from tests.support.storage_records import Intake, PutRecord, StoredObject

if TYPE_CHECKING:
    from tests.support.scripted_storage import ScriptedStorage


class Exchange:
    def __init__(self, storage: ScriptedStorage, connection: Connection, put: PutRecord) -> None:
        self._storage = storage
        self._connection = connection
        self._put = put
        self._intake = Intake()

    def run(self, fault: StorageFault | None) -> None:
        """Read, store and answer, or do what the fault says."""
        match fault:
            case None:
                self._store_and_answer(StoreThenAnswer())
            case StoreThenAnswer():
                self._store_and_answer(fault)
            case Refuse():
                self._refuse(fault)
            case RefuseContentType() if self._put.request.header("Content-Type") is None:
                self._store_and_answer(StoreThenAnswer())
            case RefuseContentType():
                self._refuse(storage_faults.bad_signature())
            case Reply() | StoreThenSend() | SendUnread():
                self._send_told(fault)
            case ResetMidway() | StallMidway() | SlowRead():
                self._dawdle(fault)
            case StoreDamaged() | StoreThenReset() | StoreThenSilence():
                self._store_in_vain(fault)
            case _:
                assert_never(fault)

    def _send_told(self, fault: Reply | StoreThenSend | SendUnread) -> None:
        if isinstance(fault, Reply):
            self._read()
            self._send(fault.status, fault.headers, fault.body)
        elif isinstance(fault, SendUnread):
            self._read(round(fault.after * (self._put.request.content_length or 0)))
            self._connection.send_bytes(fault.raw)
            if fault.after:
                raise HungUpError("sent")
            self._storage.hold()
        else:
            self._connection.send_bytes(fault.raw.replace(b"{md5}", self._store().md5.encode()))
            raise HungUpError("sent")

    def _dawdle(self, fault: ResetMidway | StallMidway | SlowRead) -> None:
        if isinstance(fault, SlowRead):
            self._read_slowly(fault.bytes_per_second, fault.first)
        else:
            self._read(round(fault.after * (self._put.request.content_length or 0)))
            if isinstance(fault, ResetMidway):
                self._connection.reset()
            self._storage.hold()
        self._store_and_answer(StoreThenAnswer())

    def _store_in_vain(self, fault: StoreDamaged | StoreThenReset | StoreThenSilence) -> None:
        if isinstance(fault, StoreDamaged):
            first = self._connection.read_some(1)
            self._take(bytes([first[0] ^ 1]))
        stored = self._store()
        if isinstance(fault, StoreThenReset):
            self._connection.reset()
        if isinstance(fault, StoreThenSilence):
            self._storage.hold()
        self._send(200, (("ETag", f'"{stored.md5}"'),))

    def _store_and_answer(self, how: StoreThenAnswer) -> None:
        stored = self._store()
        etag = stored.md5 if how.etag is None else how.etag
        headers = (("ETag", f'"{etag}"'), *how.headers) if etag else how.headers
        self._send(200, headers)

    def _refuse(self, refusal: Refuse) -> None:
        if not refusal.unread:
            self._read()
        self._send(refusal.status, (XML_TYPE, *refusal.headers), refusal.body, close=refusal.unread)

    def _store(self) -> StoredObject:
        self._read()
        stored = self._intake.stored(self._put.request.header("Content-Type"))
        self._storage.keep(self._put, stored)
        return stored

    def _read(self, up_to: int | None = None) -> None:
        """Read the body to its end, or until `up_to` bytes of it are here."""
        left = (self._put.request.content_length or 0) if up_to is None else up_to
        while self._intake.size < left:
            self._take(self._connection.read_some(min(BLOCK, left - self._intake.size)))

    def _read_slowly(self, bytes_per_second: float, first: int | None) -> None:
        size = (self._put.request.content_length or 0) if first is None else first
        portion = max(1, min(BLOCK, round(bytes_per_second / 10)))
        while self._intake.size < size:
            block = self._connection.read_some(min(portion, size - self._intake.size))
            self._take(block)
            self._storage.pause(len(block) / bytes_per_second)

    def _take(self, block: bytes) -> None:
        self._intake.add(block)
        with self._storage.record():
            self._put.md5 = self._intake.md5.hexdigest()
            self._put.sha256 = self._intake.sha256.hexdigest()
            self._put.complete = self._intake.size == self._put.request.content_length

    def _send(
        self, status: int, headers: tuple[tuple[str, str], ...], body: bytes = b"", *, close: bool = False
    ) -> None:
        with self._storage.record():
            self._put.status = status
            self._put.answered = time.monotonic()
        self._connection.send(RawAnswer(status, (*self._storage.date(), *headers), body, close=close))
