"""All uploads of a run, and the only place where one changes: checked, counted, journalled, then told.

Intake, registrar and pool decide what happens; the methods here change an upload's fields.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.journal_writer import JournalWriter
from uploader_gui.engine.models import FINISHED, Reason, Upload, UploadState, check_transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from uploader_gui.engine.context import Resources
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.models import EarlierUpload, PresignedPut, Source, Substitute, Treatment, UploadId
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.outages import Conditions
    from uploader_gui.engine.scheduler import Scheduler

log = logging.getLogger(__name__)

_NOT_WORTH_A_WRITE: Final = frozenset({UploadState.CONFIRMING, UploadState.RETRYING})
"""After a restart these mean the same as UPLOADING, which the journal has already."""


class UploadStore:
    """The uploads of one server in this run, in the order they were added. Iterating leaves out removed rows.

    Attributes:
        clock: the server's, which receipts follow.
        writer: writes what changes here into the journal.
    """

    def __init__(
        self,
        resources: Resources,
        options: EngineOptions,
        scheduler: Scheduler,
        events: EventBuffer,
        conditions: Conditions,
        *,
        clock: ServerClock,
    ) -> None:
        self.clock = clock
        self._temp_files = resources.temp_files
        self._orders = resources.orders
        self._options = options
        self._events = events
        self._uploads: dict[UploadId, Upload] = {}
        self._removed: dict[UploadId, Upload] = {}
        self._by_path: dict[tuple[str, str], Upload] = {}
        self._from_earlier_run: set[UploadId] = set()
        self._forgotten: set[UploadId] = set()
        self._touched: dict[UploadId, Upload] = {}
        self._counts = dict.fromkeys(UploadState, 0)
        self._bytes = dict.fromkeys(UploadState, 0)
        self._elsewhere = ""
        self._began: dict[str, float] = {}
        self.writer = JournalWriter(self, resources, options, scheduler, events=events, conditions=conditions)

    def __iter__(self) -> Iterator[Upload]:
        return iter(self._uploads.values())

    # What is on the list

    def all_uploads(self) -> list[Upload]:
        """Return all uploads of the run in the order they were added, removed rows included: for the receipt."""
        return sorted((*self._uploads.values(), *self._removed.values()), key=lambda upload: upload.order)

    def of_this_run(self) -> list[Upload]:
        """Return all uploads but those that only stand on the list as an earlier run left them."""
        return [upload for upload in self.all_uploads() if upload.upload_id not in self._from_earlier_run]

    def began_at(self, anomaly_id: str) -> float | None:
        """Return when the first upload for an anomaly was added, in seconds since 1970, or None."""
        return self._began[anomaly_id] + self.clock.offset if anomaly_id in self._began else None

    def get(self, upload_id: UploadId) -> Upload | None:
        """Return the upload with this id, None where it is not on the list."""
        return self._uploads.get(upload_id)

    def at_path(self, anomaly_id: str, resolved: str) -> Upload | None:
        """Return the upload of a resolved path to an anomaly: the same path twice is one upload."""
        return self._by_path.get((anomaly_id, resolved))

    def can_be_listed(self, upload: Upload) -> bool:
        """Return whether an upload of the journal may join the list: neither it nor its file stands there."""
        listed = self.at_path(upload.anomaly_id, str(upload.source.resolved))
        return listed is None and upload.upload_id not in self._uploads and not self.is_forgotten(upload)

    def take_touched(self) -> list[Upload]:
        """Return the uploads that were added, or came into another state, since the last call."""
        touched, self._touched = list(self._touched.values()), {}
        return touched

    def is_removed(self, upload: Upload) -> bool:
        """Return whether a person took this very upload off the list."""
        return self._removed.get(upload.upload_id) is upload

    def is_forgotten(self, upload: Upload) -> bool:
        """Return whether the journal forgets this upload just now: the same file is another upload."""
        return upload.upload_id in self._forgotten

    def in_states(self, *states: UploadState) -> list[Upload]:
        """Return the uploads on the list that are in one of these states."""
        return [upload for upload in self if upload.state in states]

    def ids_in(self, *states: UploadState) -> list[UploadId]:
        """Return the ids of the uploads on the list that are in one of these states."""
        return [upload.upload_id for upload in self.in_states(*states)]

    def ids(self) -> frozenset[UploadId]:
        """Return the ids of the uploads on the list."""
        return frozenset(self._uploads)

    def count(self, *states: UploadState) -> int:
        """Return how many uploads are in one of these states."""
        return sum(self._counts[state] for state in states)

    def bytes_in(self, *states: UploadState) -> int:
        """Return the size of all uploads in these states, in bytes."""
        return sum(self._bytes[state] for state in states)

    @property
    def size(self) -> int:
        """How many uploads there are, finished ones included."""
        return len(self._uploads)

    @property
    def unfinished(self) -> int:
        """How many uploads are not finished."""
        return self.size - self.count(*FINISHED)

    def add(self, uploads: list[Upload], *, recorded: bool = False, from_earlier_run: bool = False) -> None:
        """Put uploads on the list; `recorded` where the journal has them already (resumed, adopted).

        `from_earlier_run`: they stand on the list as that run left them, and do not count as uploads of this one yet.
        """
        if from_earlier_run:
            self._from_earlier_run.update(upload.upload_id for upload in uploads)
        for upload in uploads:
            upload.listed |= self._options.keeps_list
            upload.trial = self._options.trial
            self._removed.pop(upload.upload_id, None)
            upload.order = next(self._orders)
            self._began.setdefault(upload.anomaly_id, self.clock.own_now())
            self._by_path[upload.anomaly_id, str(upload.source.resolved)] = upload
            self._list(upload)
            if not from_earlier_run:
                self._touched[upload.upload_id] = upload
        if recorded:
            self.writer.update(*uploads)
        else:
            self.writer.insert(uploads)
        self.writer.write(durable=True)
        self._events.added(uploads)

    def remove(self, uploads: Iterable[Upload]) -> None:
        """Take finished uploads out of the list and its sums, for good; the same paths may be added again."""
        for upload in uploads:
            self._count(upload, -1)
            upload.listed = False
            if not upload.state.stored:
                self.writer.update(upload)
            self._removed[upload.upload_id] = self._uploads.pop(upload.upload_id)
            self.free_path(upload)

    def forget(self, upload_ids: Iterable[UploadId]) -> list[UploadId]:
        """Let go of uploads that the journal is about to forget, but not of unfinished ones; return the others."""
        free = [one for one in upload_ids if one not in self._uploads or self._uploads[one].state.finished]
        self.remove([self._uploads[one] for one in free if one in self._uploads])
        for one in free:
            self._removed.pop(one, None)
        self._forgotten.update(free)
        return free

    def put_back(self, uploads: list[Upload]) -> None:
        """Bring removed uploads back to their places in the list, in the states they have."""
        for upload in uploads:
            del self._removed[upload.upload_id]
            upload.listed |= self._options.keeps_list
            self.writer.update(upload)
            self._by_path.setdefault((upload.anomaly_id, str(upload.source.resolved)), upload)
            self._list(upload)
        self._uploads = {upload.upload_id: upload for upload in sorted(self, key=lambda upload: upload.order)}
        self._events.added(uploads)

    def belong_elsewhere(self, server: str) -> None:
        """Record that another server than that of these uploads is in use ("": theirs is), and tell their rows."""
        self._elsewhere = server
        for upload in self:  # a removed one learns it when it comes back
            upload.elsewhere = server
            self._events.changed(upload)

    def free_path(self, upload: Upload) -> None:
        """Let an upload's path be added again: its row is removed, or its file is another one now."""
        if self.at_path(upload.anomaly_id, str(upload.source.resolved)) is upload:
            del self._by_path[upload.anomaly_id, str(upload.source.resolved)]

    def send_to(self, upload: Upload, anomaly_id: str) -> Upload:
        """Let an upload that is not registered go to another anomaly, in its place on the list, and return it.

        It is another object from now on: whatever was begun for it finds the old one cancelled, and lets go of it.
        """
        self.count_in_this_run(upload)
        self.free_path(upload)
        moved = upload.copy()
        moved.anomaly_id, moved.wanted_again = anomaly_id, not self._options.skip_uploaded
        self.reset_limits(moved)
        if not moved.state.finished:
            moved.reason = moved.retry_at = None
        upload.state = UploadState.CANCELLED
        self._began.setdefault(anomaly_id, self.clock.own_now())
        self._by_path[anomaly_id, str(moved.source.resolved)] = moved
        self._uploads[moved.upload_id] = self._touched[moved.upload_id] = moved
        self.record(moved)
        return moved

    # An upload's state

    def move(self, upload: Upload, state: UploadState, reason: Reason | None = None) -> None:
        """Bring one upload into a state, for a reason where there is one."""
        self.move_all([upload], state, reason)

    def move_all(
        self, uploads: Iterable[Upload], state: UploadState, reason: Reason | None = None, *, durable: bool = False
    ) -> None:
        """Bring uploads into a state; `durable`: it is to survive a power cut, and is written at once.

        Otherwise all that changes until a front end is told of it, or a server is asked for something, is one
        transaction of the journal (`JournalWriter.write`). Neither happens before it is written.

        Raises:
            ForbiddenTransitionError: a bug.
        """
        for upload in uploads:
            check_transition(upload.state, state)
            log.debug("upload %.8s: %s -> %s", upload.upload_id, upload.state, state)
            self._count(upload, -1)
            self.count_in_this_run(upload)
            if upload.state is UploadState.SKIPPED:  # sent all the same, it is an upload of its own
                upload.service_id, upload.may_be_registered_twice = None, False
            upload.state, upload.reason, upload.retry_at = state, reason, None
            if state is UploadState.UPLOADED:
                upload.uploaded_at = self.clock.now()
            self._count(upload, 1)
            self._touched[upload.upload_id] = upload
            if state not in _NOT_WORTH_A_WRITE:
                self.writer.update(upload)
            self._events.changed(upload)
            if state.finished and upload.substitute is not None:
                self._temp_files.discard(upload.substitute.sent.path)
        if durable:
            self.writer.write(durable=True)

    def cancel(self, uploads: Sequence[Upload]) -> None:
        """Cancel uploads. The service may register one all the same that it was asked for just now."""
        for upload in uploads:
            upload.url_given_out |= upload.state is UploadState.REGISTERING
        self.move_all(uploads, UploadState.CANCELLED)

    def restart(self, upload: Upload, state: UploadState) -> None:
        """Put an upload of the journal, before it is listed, into the state it goes on in.

        Where the last run asked for its registration and never recorded an answer, it may be registered twice.
        """
        upload.may_be_registered_twice |= upload.state is UploadState.REGISTERING
        upload.state, upload.reason = state, None
        upload.attempts = 0  # they count per run

    def explain(self, upload: Upload, reason: Reason) -> None:
        """Change the reason why an upload is in its state, and record it."""
        upload.reason = reason
        self.record(upload)

    def record(self, upload: Upload) -> None:
        """Record facts about an upload whose state stays as it is."""
        self.writer.update(upload)
        self._events.changed(upload)

    def count_in_this_run(self, upload: Upload) -> None:
        """Count an upload that an earlier run left as one of this run: it was added or asked for again."""
        if upload.upload_id in self._from_earlier_run:
            self._from_earlier_run.remove(upload.upload_id)
            upload.attempts = 0

    # What is sent

    def replace_source(self, upload: Upload, source: Source) -> None:
        """Let an upload go on with its file as it is now; a file that changed needs a URL for its new size.

        Accepted as it is now, it needs no treatment. An upload that is not on the list keeps its registered name, and
        one that was fetched the name it was offered under.
        """
        listed = self.get(upload.upload_id) is not None
        with self._recounted(upload):
            if facts(source) != facts(upload.source):
                upload.presigned = None
                self._forget_substitute(upload)
            if source.media_type is not None:
                upload.treatment = None
            upload.source = source if listed and not upload.origin else _under_its_name(source, upload.source)

    def prepare(self, uploads: Sequence[Upload], treatment: Treatment) -> None:
        """Let a substitute be made of each file this way, and registered."""
        for upload in uploads:
            with self._recounted(upload):
                upload.treatment, upload.substitute, upload.presigned = treatment, None, None
        self.move_all(uploads, UploadState.PREPARING)

    def set_treatment(self, upload: Upload, treatment: Treatment | None) -> None:
        """Change how a file of a refused type is made acceptable."""
        upload.treatment = treatment

    def record_substitute(self, upload: Upload, substitute: Substitute) -> None:
        """Send this in place of the file; a presigned PUT stays good for something of the size it was given for."""
        with self._recounted(upload):
            if upload.substitute is None or upload.substitute.sent.size != substitute.sent.size:
                upload.presigned = None
            upload.substitute = substitute

    def record_sha256(self, upload: Upload, sha256: str) -> None:
        """Record the hash of what was sent, in hex."""
        upload.sha256 = sha256

    def skip(self, upload: Upload, earlier: EarlierUpload, sha256: str | None) -> None:
        """Leave out a file that was uploaded to the same anomaly before; what is known of that belongs to it now."""
        upload.sent_before, upload.sha256 = earlier.at, sha256
        upload.service_id, upload.may_be_registered_twice = earlier.service_id, earlier.may_be_registered_twice
        self.move(upload, UploadState.SKIPPED, Reason(Code.ALREADY_UPLOADED))

    def want_again(self, upload: Upload) -> None:
        """Send a file though it was sent before, also after a restart."""
        upload.wanted_again = True

    # Registrations and attempts

    def begin_registration(self, uploads: Sequence[Upload]) -> None:
        """Record that the service is about to be asked for URLs: durable, for it may create records at once."""
        for upload in uploads:
            upload.registrations += 1
            upload.may_be_registered_twice |= upload.url_given_out
            upload.presigned = None
        self.move_all(uploads, UploadState.REGISTERING, durable=True)

    def uncount_registration(self, uploads: Iterable[Upload]) -> None:
        """Count the last registration no longer: it surely did nothing."""
        for upload in uploads:
            upload.registrations -= 1

    def record_lost_answer(self, uploads: Iterable[Upload]) -> None:
        """Record that these may be registered by now, for the service's answer was lost."""
        for upload in uploads:
            upload.unknown_registrations += 1
            upload.may_be_registered_twice = True

    def record_url(self, upload: Upload, presigned: PresignedPut) -> None:
        """Keep what a registration gave out, for cancelled uploads too: sent after all, they need no second one."""
        upload.presigned, upload.service_id, upload.url_given_out = presigned, presigned.service_id, True
        if upload.state.finished:
            self.record(upload)

    def record_refused_url(self, upload: Upload) -> None:
        """Record that the service knows of this file, though it gave no URL: registered again it may be doubled."""
        upload.url_given_out = True

    def forget_url(self, upload: Upload) -> None:
        """Forget a presigned URL: another one is needed."""
        upload.presigned = None

    def record_dead_url(self, upload: Upload) -> None:
        """Count a presigned URL that was refused as expired when it had only just come."""
        upload.dead_urls += 1

    def begin_attempt(self, upload: Upload) -> None:
        """Count a PUT that is about to begin."""
        upload.attempts += 1
        upload.tries += 1
        self.move(upload, UploadState.UPLOADING)

    def uncount_attempt(self, upload: Upload) -> None:
        """Count the last PUT no longer: no connection came about."""
        upload.attempts -= 1

    def uncount_try(self, upload: Upload) -> None:
        """Count the last PUT no longer towards the limit: it was not the fault of this file."""
        upload.tries -= 1

    def retry_later(self, upload: Upload, at: float | None) -> None:
        """Record when an upload is tried again (`time.monotonic()`), None where that is not known."""
        upload.retry_at = at

    def reset_tries(self) -> None:
        """Let the PUTs of all uploads count from 0 again."""
        for upload in self:
            upload.tries = 0

    def reset_limits(self, upload: Upload) -> None:
        """Let the tries of one upload count from 0 again: a person wants it sent after all."""
        upload.tries = upload.registrations = upload.unknown_registrations = upload.dead_urls = 0

    def reset_attempts(self, upload: Upload) -> None:
        """Let the attempts of one upload, which a receipt tells, count from 0 again: another run sends it."""
        upload.attempts = 0

    def _list(self, upload: Upload) -> None:
        upload.elsewhere = self._elsewhere
        self._uploads[upload.upload_id] = upload
        self._count(upload, 1)

    def _count(self, upload: Upload, sign: int) -> None:
        self._counts[upload.state] += sign
        self._bytes[upload.state] += sign * upload.sent.size

    @contextmanager
    def _recounted(self, upload: Upload) -> Iterator[None]:
        """Keep the sums right while what a listed upload sends is replaced by something of another size."""
        size = upload.sent.size
        yield
        if self.get(upload.upload_id) is upload:
            self._bytes[upload.state] += upload.sent.size - size

    def _forget_substitute(self, upload: Upload) -> None:
        """Throw away what was made of a file: it is another one now."""
        if upload.substitute is not None:
            self._temp_files.discard(upload.substitute.sent.path)
            upload.substitute = None


def facts(source: Source) -> tuple[int, int, str | None]:
    """Return what tells a file from another one put in its place: size in bytes, time of the last change, type."""
    return source.size, source.mtime_ns, source.media_type


def _under_its_name(source: Source, before: Source) -> Source:
    return replace(source, name=before.name, name_shortened=before.name_shortened)
