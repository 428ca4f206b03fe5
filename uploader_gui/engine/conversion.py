"""Makes what is sent in place of files the service refuses: a JPEG or a ZIP, two at once, each in a thread.

Whatever happens to one file, the others go on. The decoder's process gets a picture's bytes, never its path: a
sleeping share does not stop it, and the bytes that are hashed are those that are decoded. A ZIP's entry has the file's
name and time. Format: PKWARE's APPNOTE. The exact time is in Info-ZIP's extra field "UT": the format's own has steps of
two seconds and no time zone.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import re
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import CannotConvert, NotPrepared, SourceError, SourceRefused, TooLarge
from uploader_gui.engine.models import Reason, Source, Substitute, Treatment, UploadState, mtime_of
from uploader_gui.engine.options import Choices, has_namesake, name_when_converted, substitute_name
from uploader_gui.engine.own_files import Heartbeat
from uploader_gui.engine.pictures.messages import TOO_LARGE
from uploader_gui.engine.source import MAX_PUT_BYTES, SourceReader, wire_name
from uploader_gui.engine.system_words import system_words
from uploader_gui.engine.transfer.limits import Slots
from uploader_gui.engine.windows_paths import is_device

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.pictures.decoder import PictureDecoder

MAX_BYTES: Final = 400_000_000
"""Larger files are not read into memory; a sheet of A3 scanned at 600 dpi has 208 MB."""


def into_jpeg(source: Source, target: Path, heartbeat: Heartbeat, decoder: PictureDecoder) -> tuple[str, bool]:
    """Write a JPEG of the source's picture; return the source's SHA-256 in hex, and whether metadata were unreadable.

    Raises:
        SourceError: it cannot be read, or has changed.
        CannotConvert, BrokenPicture: see `PictureDecoder.jpeg`.
        NotPrepared: the JPEG cannot be written, or there is no decoder.
    """
    content, sha256 = _whole(source, heartbeat)
    heartbeat.reading = False
    jpeg = decoder.jpeg(content, heartbeat.beat)
    heartbeat.beat()
    _write_jpeg(jpeg.content, target)
    return sha256, jpeg.without_metadata


def _whole(source: Source, heartbeat: Heartbeat) -> tuple[bytes, str]:
    """Return the source's bytes and their SHA-256 in hex."""
    if source.size > MAX_BYTES:
        raise CannotConvert(TOO_LARGE)
    reader, data = SourceReader(source, reading_again=heartbeat.beat), io.BytesIO()
    try:
        while block := reader.read():
            heartbeat.beat()
            data.write(block)
    finally:
        reader.close()
    return data.getvalue(), reader.digests().sha256


def _write_jpeg(data: bytes, target: Path) -> None:
    try:
        with target.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotPrepared(system_words(error)) from error


_WORTH_COMPRESSING: Final = 0.9
"""Where the first block's compressed share is larger, the file is stored: films and photos are compressed already."""
_FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
_LAST_TIME: Final = (2107, 12, 31, 23, 59, 58)
_UNIX: Final = 3
_FILE_MODE: Final = (stat.S_IFREG | 0o644) << 16
_ELSEWHERE_FORBIDDEN: Final = frozenset('/\\:<>"|?*')
"""What leads to another place, or is no part of a name, on some system."""
_LINE_ENDS: Final = frozenset({"Cc", "Zl", "Zp"})
_SEVERAL_DOTS: Final = re.compile(r"\.{2,}")
_LAST_UNIX_TIME: Final = 2**31 - 1


def into_zip(source: Source, target: Path, heartbeat: Heartbeat) -> str:
    """Write a ZIP with the source in it; return the source's SHA-256 in hex.

    Raises:
        SourceError: it cannot be read, or has changed.
        TooLarge: the ZIP is larger than one PUT allows.
        NotPrepared: the ZIP cannot be written.
    """
    reader = SourceReader(source, reading_again=heartbeat.beat)
    try:
        _write_zip(source, reader, target, heartbeat)
    finally:
        reader.close()
    if target.stat().st_size > MAX_PUT_BYTES:
        raise TooLarge
    return reader.digests().sha256


def _write_zip(source: Source, reader: SourceReader, target: Path, heartbeat: Heartbeat) -> None:
    block = reader.read()
    entry = _entry(source, block)
    try:
        with target.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive, archive.open(entry, "w") as inside:
                while block:
                    heartbeat.beat()
                    inside.write(block)
                    block = reader.read()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:  # of the target: the reader's are SourceErrors
        raise NotPrepared(system_words(error)) from error


def _entry(source: Source, block: bytes) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(_inner_name(source.path.name), _dos_time(source.mtime_ns))
    entry.file_size = source.size  # so that the writer knows whether ZIP64 is needed
    entry.create_system = _UNIX
    entry.external_attr = _FILE_MODE
    entry.extra = _exact_time(source.mtime_ns)
    is_smaller = len(zlib.compress(block, 1)) < _WORTH_COMPRESSING * len(block)
    entry.compress_type = zipfile.ZIP_DEFLATED if is_smaller else zipfile.ZIP_STORED
    return entry


def _inner_name(name: str) -> str:
    """Return the file's name as every system can unpack it, inside the folder it is unpacked to.

    NFC, with undecodable bytes replaced; what other systems take for a folder, a drive or a line's end, or have not in
    names, becomes `_`. `_` stands before the name of a device of Windows.
    """
    readable = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    flat = "".join("_" if c in _ELSEWHERE_FORBIDDEN or unicodedata.category(c) in _LINE_ENDS else c for c in readable)
    inner = _SEVERAL_DOTS.sub(".", flat).lstrip(" ").rstrip(" .")
    return f"_{inner}" if not inner or is_device(inner) else inner


def _dos_time(mtime_ns: int) -> tuple[int, int, int, int, int, int]:
    try:
        local = time.localtime(mtime_ns // 1_000_000_000)[:6]
    except (OverflowError, OSError, ValueError):
        return _FIRST_TIME
    return min(max(local, _FIRST_TIME), _LAST_TIME)


def _exact_time(mtime_ns: int) -> bytes:
    seconds = mtime_ns // 1_000_000_000
    return struct.pack("<2sHBi", b"UT", 5, 1, seconds) if 0 <= seconds <= _LAST_UNIX_TIME else b""


log = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Each may take hundreds of megabytes and a core."""
LEND_AFTER: Final = 2.0
"""Seconds without a byte from the source after which a conversion lends its slot to others."""
_MEDIA_TYPES: Final = {Treatment.CONVERT: "image/jpeg", Treatment.ZIP: "application/zip"}


class ConversionService:
    """All running conversions.

    Attributes:
        choices: what is done with files of refused types without asking.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._store = context.store
        self._scheduler = context.scheduler
        self._journal = context.resources.journal
        self._temp_files = context.resources.temp_files
        self._slots = Slots(AT_ONCE)
        self._tasks: dict[UploadId, asyncio.Task[None]] = {}
        self._chosen: dict[UploadId, Choices] = {}
        self.choices = context.options.choices

    def choose(self, upload: Upload, choices: Choices) -> None:
        """Do this with one upload without asking; where these say nothing, the `choices` for all hold."""
        if choices != Choices():
            self._chosen[upload.upload_id] = choices

    def choices_for(self, upload: Upload) -> Choices:
        """Return what is done with an upload without asking."""
        return self._chosen.get(upload.upload_id, self.choices).with_defaults(self.choices)

    def begin(self, uploads: Iterable[Upload]) -> None:
        """Start making the substitutes of uploads in state PREPARING, whose treatment is chosen."""
        for upload in uploads:
            if upload.upload_id not in self._tasks:
                self._tasks[upload.upload_id] = self._context.tasks.spawn(self._run(upload), [upload])

    def name_again(self, uploads: Iterable[Upload]) -> None:
        """Tell what was made of uploads from the other files of the anomaly that they go to by now."""
        for upload in uploads:
            if upload.substitute is not None:
                self._store.record_substitute(upload, self._named(upload, upload.substitute))

    def stop(self, upload: Upload) -> None:
        """Stop one, if it runs; the caller changes the upload's state."""
        if task := self._tasks.pop(upload.upload_id, None):
            task.cancel()

    async def _run(self, upload: Upload) -> None:
        try:
            async with self._slots.slot():
                await self._prepare(upload)
        finally:
            if self._tasks.get(upload.upload_id) is asyncio.current_task():
                del self._tasks[upload.upload_id]
            self._scheduler.wake()

    async def _prepare(self, upload: Upload) -> None:
        try:
            substitute = await self._convert(upload)
        except CannotConvert as error:
            await self._otherwise(upload, error)
        except SourceError as error:
            self._failed(upload, error)
        else:
            self._prepared(upload, substitute)

    async def _otherwise(self, upload: Upload, error: CannotConvert) -> None:
        """Put what one JPEG cannot hold inside a ZIP, where that was chosen too."""
        other = self.choices_for(upload).treatment_for(Reason.of(error), upload.source)
        if other is None:
            self._failed(upload, error)
            return
        self._store.set_treatment(upload, other)
        await self._prepare(upload)

    def _failed(self, upload: Upload, error: SourceError) -> None:
        log.info("upload %.8s: not prepared: %s", upload.upload_id, error)
        refused = isinstance(error, SourceRefused)
        if refused:
            self._store.set_treatment(upload, None)
        self._store.move(upload, UploadState.REFUSED if refused else UploadState.FAILED, Reason.of(error))

    def _prepared(self, upload: Upload, substitute: Substitute) -> None:
        if upload.substitute is not None:  # made again: it may be registered under its name
            substitute = replace(substitute, sent=replace(substitute.sent, name=upload.substitute.sent.name))
        else:
            substitute = self._named(upload, substitute)
        self._store.record_substitute(upload, substitute)
        self._store.move(upload, UploadState.REGISTERED if upload.presigned else UploadState.QUEUED)
        self._scheduler.enqueue([upload])

    def _named(self, upload: Upload, substitute: Substitute) -> Substitute:
        """Return a substitute under the name that tells it from the other files of its anomaly."""
        if upload.treatment is not Treatment.CONVERT or not self._is_shared(upload):
            return substitute
        name, shortened = wire_name(substitute_name(upload.source, Treatment.CONVERT, shared=True))
        return replace(substitute, sent=replace(substitute.sent, name=name, name_shortened=shortened))

    def _is_shared(self, upload: Upload) -> bool:
        """Return whether another file of the anomaly has the name of this one's JPEG, or will have it."""
        wanted = name_when_converted(upload.source.path.name)
        return any(
            other.anomaly_id == upload.anomaly_id
            and other is not upload
            and other.source.path.name != upload.source.path.name
            and wanted in {other.sent.name.casefold(), _name_to_come(other)}
            for other in self._store
        )

    async def _convert(self, upload: Upload) -> Substitute:
        assert upload.treatment is not None
        heartbeat, made = Heartbeat(), list[Substitute]()
        ending = substitute_name(upload.source, upload.treatment)[-4:]
        target = await self._journal.call(lambda _: self._temp_files.place(ending))
        make = partial(self._make, upload.source, upload.treatment, target, heartbeat=heartbeat, made=made)
        future = asyncio.get_running_loop().run_in_executor(self._context.resources.threads, make)
        try:
            await self._wait(future, heartbeat)
        except BaseException:
            heartbeat.stopped = True
            future.cancel()
            for substitute in made:
                self._temp_files.discard(substitute.sent.path)
            raise
        await self._journal.call(lambda _: self._context.resources.own_files.note_made(target))
        return future.result()

    async def _wait(self, future: asyncio.Future[Substitute], heartbeat: Heartbeat) -> None:
        """Wait for a conversion; while its share sleeps, lend its slot to others, once."""
        while not future.done():
            beats = heartbeat.beats
            await asyncio.wait({future}, timeout=LEND_AFTER)
            if heartbeat.reading and heartbeat.beats == beats and not future.done():
                async with self._slots.lent():
                    await asyncio.wait({future})

    # In a thread

    def _make(
        self, source: Source, treatment: Treatment, target: Path, *, heartbeat: Heartbeat, made: list[Substitute]
    ) -> Substitute:
        """Make it whole or not at all; `made` holds it before the caller can stop waiting for it."""
        shared = treatment is Treatment.CONVERT and has_namesake(source)
        name = substitute_name(source, treatment, shared=shared)
        self._temp_files.create(target)
        try:
            sha256, without_metadata = self._fill(source, treatment, target, heartbeat)
            substitute = Substitute(_described(target, name, _MEDIA_TYPES[treatment]), sha256, without_metadata)
            made.append(substitute)
            heartbeat.beat()
        except BaseException:
            self._temp_files.discard(target)
            raise
        return substitute

    def _fill(self, source: Source, treatment: Treatment, target: Path, heartbeat: Heartbeat) -> tuple[str, bool]:
        if treatment is Treatment.ZIP:
            return into_zip(source, target, heartbeat), False
        return into_jpeg(source, target, heartbeat, self._context.resources.decoder)


def _name_to_come(upload: Upload) -> str | None:
    return name_when_converted(upload.source.path.name) if upload.treatment is Treatment.CONVERT else None


def _described(target: Path, name: str, media_type: str) -> Source:
    facts = target.stat()
    sent_name, shortened = wire_name(name)
    return Source(target, target, sent_name, media_type, facts.st_size, mtime_of(facts), shortened)
