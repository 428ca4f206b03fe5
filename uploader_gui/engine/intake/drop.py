"""One drop of files and folders: what was uploaded before it, and what becomes of its files. Made by `intake.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uploader_gui.engine.conversion_choices import possible
from uploader_gui.engine.events import PathsAdded
from uploader_gui.engine.models import Reason, Source

if TYPE_CHECKING:
    from uploader_gui.engine.conversion_choices import AddOptions
    from uploader_gui.engine.intake.scan import Refusal
    from uploader_gui.engine.models import Upload

Known = dict[tuple[str, int], dict[str, float]]
"""By name and size in bytes: each SHA-256, and when it was uploaded (seconds since 1970)."""


class Drop:
    """What becomes of one drop, and what is wanted for it."""

    def __init__(self, anomaly_id: str, known: Known, wishes: AddOptions) -> None:
        self.anomaly_id = anomaly_id
        self.wishes = wishes
        self.known = known
        self.queued = self.refused = self.already_in_queue = self.resumed = 0
        self.junk: set[str] = set()

    def summary(self, others_unfinished: int) -> PathsAdded:
        """Say it in figures."""
        return PathsAdded(
            anomaly_id=self.anomaly_id,
            queued=self.queued,
            refused=self.refused,
            junk=len(self.junk),
            already_in_queue=self.already_in_queue,
            resumed=self.resumed,
            others_unfinished=others_unfinished,
        )


def may_be_known(upload: Upload, known: Known) -> bool:
    """Same name and size as something uploaded to this anomaly before; what the service knows is not asked."""
    fresh = not (upload.url_given_out or upload.may_be_registered_twice or upload.wanted_again)
    refused = upload.state.finished and not possible(upload.reason, upload.source)
    return fresh and not refused and (upload.source.name, upload.source.size) in known


def usable(found: Source | Refusal) -> Source | None:
    """Give a file that is there and can be sent, as it is or made acceptable."""
    if isinstance(found, Source):
        return found
    return found.source if possible(Reason.of(found.error), found.source) else None


def can_go_on(upload: Upload, found: Source | Refusal) -> bool:
    """Tell whether an unfinished upload is taken up: as what it was, or with the treatment chosen for it."""
    return isinstance(found, Source) or (upload.treatment is not None and usable(found) is not None)


def facts(source: Source) -> tuple[int, int, str | None]:
    """Give what tells a file from another one put in its place."""
    return source.size, source.mtime_ns, source.media_type
