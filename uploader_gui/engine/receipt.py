"""The receipt: what became of every file of a run, as JSON that scripts and auditors rely on.

Its form must not change (schema 1, the guide's `receipt-format.md`): states, codes, ISO 8601 times in UTC, sizes in
bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import Reason, UploadState, bytes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from uploader_gui.engine.models import Upload

SCHEMA: Final = 1
CHECKSUM: Final = "checksum_sha256"


class ReceiptState(StrEnum):
    """What became of a file, in a receipt's words and order."""

    UPLOADED = "uploaded"
    SKIPPED = "skipped"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    PENDING = "pending"

    @classmethod
    def of(cls, state: UploadState) -> ReceiptState:
        """Return the receipt's word for a state: all that is not finished is pending."""
        return cls(state.value) if state.finished else cls.PENDING


@dataclass(frozen=True, slots=True)
class Original:
    """The file that a substitute was made of. `without_metadata`: its metadata could not be read."""

    name: str
    size: int
    sha256: str
    without_metadata: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as values that `json` can write."""
        values: dict[str, Any] = {"name": _text(self.name), "size": self.size, "sha256": self.sha256}
        return values | ({"metadata": "unreadable"} if self.without_metadata else {})


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """What became of one file. `name`, `media_type`, `size` and `sha256` are those of what is sent.

    Attributes:
        uploaded_at: in seconds since 1970.
        message: the reason as an English sentence, "" without one.
        original: the file a substitute was made of, None where the file itself is sent.
        server: the address it goes to, None where the whole run has one.
        source: where it came from, if it was on no disk of this computer: then it has no path. "" for others.
    """

    path: str
    name: str
    media_type: str | None
    size: int
    sha256: str | None
    upload_id: str
    service_id: str | None
    state: ReceiptState
    attempts: int = 0
    uploaded_at: float | None = None
    reason: Reason | None = None
    message: str = ""
    may_be_registered_twice: bool = False
    original: Original | None = None
    server: str | None = None
    source: str = ""

    def _place(self) -> dict[str, Any]:
        """Return its path, or where it came from if it was on no disk of this computer."""
        if self.source:
            return {"source": self.source}
        is_text = _text(self.path) == self.path
        return {"path": _text(self.path)} | ({} if is_text else {"path_bytes": bytes_of(Path(self.path)).hex()})

    def to_json(self) -> dict[str, Any]:
        """Return it as values that `json` can write."""
        reason = None if self.reason is None else {"code": self.reason.code.value, "message": _text(self.message)}
        return {
            **self._place(),
            "name": _text(self.name),
            "mime_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "upload_id": self.upload_id,
            "id": self.service_id,
            "state": self.state.value,
            "attempts": self.attempts,
            "uploaded_at": None if self.uploaded_at is None else iso_time(self.uploaded_at),
            "reason": reason,
            "may_be_registered_twice": self.may_be_registered_twice,
            **({} if self.original is None else {"original": self.original.to_json()}),
            **({} if self.server is None else {"server": self.server}),
        }


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where a deposit went, who made it, and how far its times can be trusted; what is not known is left out.

    Attributes:
        server: the register's address, "" where the files went to several, or nowhere.
        clock_error: how many seconds this computer's clock was ahead of the server's, None where nobody measured it.
        ref, title, site: what the register said of the anomaly.
        depositor: as the setting says.
        utc_offset: of this computer's time zone when the deposit ended, such as "+01:00"; "" for that of now.
    """

    server: str = ""
    clock_error: int | None = None
    ref: str = ""
    title: str = ""
    site: str = ""
    depositor: str = ""
    utc_offset: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what is known as values that `json` can write."""
        anomaly = {"ref": _text(self.ref), "title": _text(self.title), "site": _text(self.site)}
        return {
            **({"server": self.server} if self.server else {}),
            **({} if self.clock_error is None else {"clock_error_seconds": self.clock_error}),
            **({"anomaly": {name: text for name, text in anomaly.items() if text}} if any(anomaly.values()) else {}),
            **({"depositor": _text(self.depositor)} if self.depositor else {}),
        }


def utc_offset_at(seconds: float) -> str:
    """Return this computer's difference to UTC at a time (seconds since 1970), such as "+01:00"."""
    offset = datetime.fromtimestamp(seconds).astimezone().strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a deposit's files; JSON, CSV and paper show it. Times are in seconds since 1970.

    Attributes:
        junk: the number of files left out.
        trial: everything went to the sandbox; the receipt proves nothing.
    """

    program: str
    anomaly_id: str
    started_at: float
    finished_at: float
    files: tuple[ReceiptFile, ...]
    junk: int = 0
    trial: bool = False
    circumstances: Circumstances = Circumstances()

    @property
    def utc_offset(self) -> str:
        """The difference of this computer's time zone to UTC when the deposit ended, such as "+01:00"."""
        return self.circumstances.utc_offset or utc_offset_at(self.finished_at)

    @property
    def totals(self) -> dict[str, int]:
        """The number of files, of those in each state, and of those left out; the bytes that arrived."""
        counts = Counter(file.state for file in self.files)
        uploaded = sum(file.size for file in self.files if file.state is ReceiptState.UPLOADED)
        return {
            "files": len(self.files),
            **{state.value: counts[state] for state in ReceiptState},
            "junk": self.junk,
            "bytes_uploaded": uploaded,
        }

    @property
    def bytes_of_originals(self) -> int:
        """The bytes of the files that arrived, or that what arrived was made from."""
        arrived = (file for file in self.files if file.state is ReceiptState.UPLOADED)
        return sum(file.original.size if file.original else file.size for file in arrived)

    def with_every_arrival(self) -> Receipt:
        """Return it with times that no file arrived before or after, whatever clocks say."""
        arrivals = [file.uploaded_at for file in self.files if file.uploaded_at is not None]
        began = min([self.started_at, *arrivals])
        return replace(self, started_at=began, finished_at=max([began, self.finished_at, *arrivals]))

    def to_json(self) -> dict[str, Any]:
        """Return it as values that `json` can write."""
        content = {
            "schema": SCHEMA,
            **({"trial": True} if self.trial else {}),
            "program": self.program,
            "anomaly_id": self.anomaly_id,
            "started_at": iso_time(self.started_at),
            "finished_at": iso_time(self.finished_at),
            "utc_offset": self.utc_offset,
            **self.circumstances.to_json(),
            "totals": self.totals,
            "files": [file.to_json() for file in self.files],
        }
        return content | {CHECKSUM: checksum(content)}


def write(receipt: Receipt, path: Path) -> None:
    """Write a receipt as JSON; see `save`."""
    save(encoded(receipt), path)


def save(content: bytes, path: Path) -> None:
    """Write a receipt in any form to a temporary file beside `path` and rename it: all of it is there, or nothing.

    Into what is no regular file (`/dev/null`, a pipe) it is written directly: a rename would replace that.

    Raises:
        OSError: it cannot be written there.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        _replace(Path(os.path.realpath(path)), content)  # Path's raises what is no OSError for a loop of links


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".receipt-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def encoded(receipt: Receipt) -> bytes:
    """Return a receipt as JSON."""
    return (json.dumps(receipt.to_json(), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def sha256sums(receipt: Receipt) -> bytes:
    """Return the originals' SHA-256 as `sha256sum -c` reads them, with names relative to their common folder.

    Files that were on no disk, or have no SHA-256, are left out; of a path with several the last one counts.
    """
    sums = {
        file.path: file.original.sha256 if file.original else file.sha256 for file in receipt.files if not file.source
    }
    known = {Path(path): sha256 for path, sha256 in sums.items() if sha256}
    folder = _common_folder(known)
    lines = (_sum_line(sha256, path if folder is None else path.relative_to(folder)) for path, sha256 in known.items())
    return b"".join(lines)


def _common_folder(paths: Iterable[Path]) -> Path | None:
    """Return the folder that holds them all, or None if they are on several drives."""
    try:
        return Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError:
        return None


def _sum_line(sha256: str, path: Path) -> bytes:
    """Return a line of coreutils' format: where a name has a backslash or a line break, the line begins with one."""
    name = bytes_of(path) if os.sep == "/" else path.as_posix().encode("utf-8", "surrogatepass")
    escaped = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return (b"" if escaped == name else b"\\") + sha256.encode() + b"  " + escaped + b"\n"


def _text(words: str) -> str:
    """Return a text without lone surrogates, which strict readers of JSON refuse: Python has them for odd bytes."""
    return words.encode("utf-8", "backslashreplace").decode()


def checksum(receipt: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of a receipt's canonical JSON (RFC 8785) without its own checksum.

    A receipt holds neither fractions nor names of keys beyond ASCII, so sorted keys and no blanks are all it takes.
    """
    content = {key: value for key, value in receipt.items() if key != CHECKSUM}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def iso_time(seconds: float) -> str:
    """Return a time (seconds since 1970) as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def file_of(
    upload: Upload, describe: Callable[[Reason], str], *, gave_up: Reason | None = None, server: str | None = None
) -> ReceiptFile:
    """Return what a receipt says of an upload.

    `describe` returns a reason's English sentence. `gave_up`: why the whole run ended before its files did, whatever
    each of them was waiting for then. `server`: see `ReceiptFile`.
    """
    sent, reason = upload.sent, _reason(upload, gave_up)
    return ReceiptFile(
        path=str(upload.source.path),
        name=sent.name,
        media_type=sent.media_type,
        size=sent.size,
        sha256=upload.sha256,
        upload_id=upload.upload_id,
        service_id=upload.service_id,
        state=ReceiptState.of(upload.state),
        attempts=upload.attempts,
        uploaded_at=upload.uploaded_at,
        reason=reason,
        message="" if reason is None else describe(reason),
        may_be_registered_twice=upload.may_be_registered_twice,
        original=_original(upload),
        server=server,
        source="" if upload.origin is None else upload.origin.value,
    )


def _original(upload: Upload) -> Original | None:
    source, made = upload.source, upload.substitute
    if made is None:
        return None
    return Original(source.name, source.size, made.original_sha256, made.without_metadata)


def _reason(upload: Upload, gave_up: Reason | None) -> Reason | None:
    if upload.state is UploadState.UPLOADED:
        return None
    if upload.state is UploadState.CANCELLED:
        return Reason(Code.CANCELLED)
    if upload.state.finished:
        return upload.reason
    return gave_up or upload.reason or Reason(Code.INTERRUPTED)
