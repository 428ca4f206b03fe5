"""The speed limit on the wire: what all transfers send together never comes faster than it was set."""

import time

from tests.faults.running import ANOMALY, World
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.transfer.limits import SAVED_SECONDS

LIMIT = 400_000


async def test_all_files_together_keep_to_the_limit(world: World) -> None:
    paths = [world.make(f"{n}.jpg", size=60_000) for n in range(6)]
    async with world.engine(bandwidth_limit=LIMIT) as run:
        run.queue.intake.add_paths(paths, ANOMALY)
        began = time.monotonic()
        run.queue.scheduler.start()
        await run.in_state(UploadState.UPLOADED, *(path.name for path in paths))
    assert time.monotonic() - began >= 6 * 60_000 / LIMIT - SAVED_SECONDS - 0.1


async def test_lifting_the_limit_lets_waiting_files_go_at_once(world: World) -> None:
    path = world.make("a.jpg", size=2_000_000)
    async with world.engine(bandwidth_limit=1) as run:
        run.begin([path])
        await run.in_state(UploadState.UPLOADING, path.name)
        run.queue.adjust(world.options(bandwidth_limit=0))
        await run.in_state(UploadState.UPLOADED, path.name)
