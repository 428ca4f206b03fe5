"""What `ScriptedStorage` remembers of every PUT and of what it holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.raw_http import RawRequest

KEPT_BYTES = 1024 * 1024


@dataclass(slots=True)
class PutRecord:
    """One PUT. `arrived` and `answered` are by `time.monotonic()`; hashes are of the bytes read so far.

    `complete` is True once the whole body was read, `stored` once the object was replaced; `status` is None
    where no answer was sent.
    """

    key: str
    attempt: int
    connection: int
    request: RawRequest
    md5: str = ""
    sha256: str = ""
    complete: bool = False
    stored: bool = False
    status: int | None = None
    answered: float | None = None

    @property
    def arrived(self) -> float:
        return self.request.arrived

    @property
    def target(self) -> str:
        return self.request.target


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the storage holds under a key: `size` in bytes, hashes in hex; `data` only up to 1 MiB."""

    size: int
    sha256: str
    md5: str
    content_type: str | None
    data: bytes | None


@dataclass(slots=True)
class Intake:
    """The bytes of one PUT as they come in."""

    md5: hashlib._Hash = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    sha256: hashlib._Hash = field(default_factory=hashlib.sha256)
    size: int = 0
    data: bytearray = field(default_factory=bytearray)

    def add(self, block: bytes) -> None:
        self.md5.update(block)
        self.sha256.update(block)
        self.size += len(block)
        if self.size <= KEPT_BYTES:
            self.data += block

    def stored(self, content_type: str | None) -> StoredObject:
        data = bytes(self.data) if self.size <= KEPT_BYTES else None
        return StoredObject(self.size, self.sha256.hexdigest(), self.md5.hexdigest(), content_type, data)
