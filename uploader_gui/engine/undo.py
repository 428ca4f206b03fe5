"""Undo for removed rows and cancelled uploads, step by step, while the program runs.

The journal has a removed or cancelled upload as cancelled at once: after a crash it is gone.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from uploader_gui.engine.events import UndoOffered, UploadsRestored
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.scheduler import Scheduler


@dataclass(frozen=True, slots=True)
class _Taken:
    """One upload, its state before, and whether it was `going` then: under way, or not waiting for Start."""

    scheduler: Scheduler
    upload: Upload
    before: UploadState
    going: bool


@dataclass(slots=True)
class _Step:
    """What one command took away; `removed` are the rows that left the list, the others are cancelled."""

    taken: list[_Taken] = field(default_factory=list)
    removed: set[UploadId] = field(default_factory=set)

    @property
    def offer(self) -> UndoOffered:
        removed = sum(taken.upload.upload_id in self.removed for taken in self.taken)
        return UndoOffered(removed=removed, cancelled=len(self.taken) - removed)

    def note(self, scheduler: Scheduler, uploads: Iterable[Upload]) -> None:
        """Note these as they are now, unless they are noted already."""
        noted = {taken.upload.upload_id for taken in self.taken}
        may_go = scheduler.context.batcher.may_go
        self.taken += [
            _Taken(scheduler, upload, upload.state, scheduler.running and may_go(upload))
            for upload in uploads
            if upload.upload_id not in noted
        ]


class Undo:
    """All steps, the newest last. `tell` sends events to the front ends."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._steps: list[_Step] = []
        self._open: _Step | None = None

    @contextmanager
    def step(self) -> Iterator[_Step]:
        """Make one step of everything cancelled and removed in the block; an inner block joins the outer one."""
        if self._open is not None:
            yield self._open
            return
        self._open = step = _Step()
        try:
            yield step
        finally:
            self._open = None
            if step.taken:
                self._steps.append(step)
                self._tell(step.offer)

    def cancel(self, scheduler: Scheduler, uploads: Iterable[Upload]) -> None:
        """Cancel unfinished uploads of one server; finished ones stay what they are."""
        chosen = [upload for upload in uploads if not upload.state.finished]
        with self.step() as step:
            step.note(scheduler, chosen)
            scheduler.cancel(chosen)

    def remove(self, scheduler: Scheduler, uploads: list[Upload]) -> None:
        """Take rows of one server off the list, cancelling what is unfinished."""
        with self.step() as step:
            step.note(scheduler, uploads)
            self.cancel(scheduler, uploads)
            scheduler.context.store.remove(uploads)
            step.removed.update(upload.upload_id for upload in uploads)

    def take_back(self) -> None:
        """Undo the newest step. An upload that is on the list again by now, or goes on again, stays as it is."""
        if not self._steps:
            return
        step = self._steps.pop()
        for scheduler in dict.fromkeys(taken.scheduler for taken in step.taken):
            taken = [one for one in step.taken if one.scheduler is scheduler]
            _bring_back(scheduler, taken)
            scheduler.context.events.send(UploadsRestored(tuple(one.upload.upload_id for one in taken)))
        self._tell(self._offered)

    def forget(self, upload_ids: Iterable[UploadId]) -> None:
        """Forget uploads that are sent elsewhere instead (brought back, they would go to both), or are forgotten."""
        gone, offered = set(upload_ids), self._offered
        for step in self._steps:
            step.taken = [taken for taken in step.taken if taken.upload.upload_id not in gone]
        self._steps = [step for step in self._steps if step.taken]
        if self._offered != offered:
            self._tell(self._offered)

    @property
    def _offered(self) -> UndoOffered:
        return self._steps[-1].offer if self._steps else UndoOffered()


def _bring_back(scheduler: Scheduler, taken: list[_Taken]) -> None:
    store = scheduler.context.store
    store.put_back([one.upload for one in taken if _may_be_listed(scheduler, one.upload)])
    unfinished = [one for one in taken if not one.before.finished and _still_cancelled(scheduler, one.upload)]
    going = [one.upload.upload_id for one in unfinished if one.going]
    if going and not scheduler.paused:
        scheduler.start_some(going)  # it may have ended by itself, for nothing was left
    scheduler.intake.go_on([one.upload for one in unfinished])


def _may_be_listed(scheduler: Scheduler, upload: Upload) -> bool:
    """Return whether a row may come back: a file added again meanwhile would be sent twice."""
    store = scheduler.context.store
    if not store.is_removed(upload):
        return False
    return upload.state is UploadState.UPLOADED or store.can_be_listed(upload)


def _still_cancelled(scheduler: Scheduler, upload: Upload) -> bool:
    """Return whether it is on the list, and nothing else was asked of it since it was cancelled."""
    return scheduler.context.store.get(upload.upload_id) is upload and upload.state is UploadState.CANCELLED
