"""What the parts of one engine share, as values: each part is made with an `EngineContext` and asks it by name.

`Resources` exist once per engine, a `Server` and an `EngineContext` once per server. `build.py` makes the first two,
`scheduler.py` the third.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.journal.journal import JournalThread
    from uploader_gui.engine.net.retry import RetryPolicy
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.outages import Conditions, Connectivity
    from uploader_gui.engine.own_files import OwnFiles, TempFiles
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.engine.registration.api import ApiClient
    from uploader_gui.engine.registration.batches import Batcher
    from uploader_gui.engine.scheduler import Scheduler
    from uploader_gui.engine.tasks_and_threads import DaemonThreads, Tasks
    from uploader_gui.engine.transfer.limits import Bandwidth, Slots
    from uploader_gui.engine.transfer.rate_meter import RateMeter
    from uploader_gui.engine.transfer.s3 import S3Client
    from uploader_gui.engine.upload_store import UploadStore


@dataclass(frozen=True, slots=True)
class Resources:
    """What an engine has once, whatever servers it sends to.

    Attributes:
        own_files: the files in the data folder that this program made.
        temp_files: those of them that are sent in place of a file of a refused type.
        threads: threads that may block on a disk.
        retry: how often something is tried, and the waits between.
        orders: numbers the uploads of all servers in the order they were added.
    """

    journal: JournalThread
    own_files: OwnFiles
    temp_files: TempFiles
    decoder: PictureDecoder
    threads: DaemonThreads
    retry: RetryPolicy
    orders: Iterator[int] = field(default_factory=count)


@dataclass(frozen=True, slots=True)
class Server:
    """One service with its storage, and its clock."""

    api: ApiClient
    storage: S3Client
    clock: ServerClock


@dataclass(frozen=True, slots=True, eq=False)
class EngineContext:
    """What all parts that work for one server share.

    Attributes:
        scheduler: decides what happens next; a part that has changed something calls its `wake()`.
        store: the uploads, the only place where one changes.
        events: what front ends are told.
        batcher: the uploads that wait to be registered.
        slots: how many transfers run at once.
        meter: bytes and files per second of the last seconds.
    """

    resources: Resources
    server: Server
    options: EngineOptions
    scheduler: Scheduler
    store: UploadStore
    events: EventBuffer
    conditions: Conditions
    connectivity: Connectivity
    tasks: Tasks
    batcher: Batcher
    slots: Slots
    bandwidth: Bandwidth
    meter: RateMeter
