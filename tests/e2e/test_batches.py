"""What goes into one registration while a drop is still being walked."""

from pathlib import Path

from tests.faults.running import ANOMALY, engine, options
from tests.faults.sleeping import asleep
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import QueueStatus
from uploader_gui.engine.models import UploadState


async def test_a_batch_is_filled_while_a_drop_is_still_being_walked(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    """25 files are found at once, one on a sleeping share: the five beyond the first batch wait for it."""
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    before = [files.make(f"a{n:02}.jpg", size=1000 + n) for n in range(15)]
    stuck = files.make("share/b.jpg", size=1015)
    after = [files.make(f"c{n:02}.jpg", size=1016 + n) for n in range(10)]
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.scheduler.start()
        with asleep(stuck):
            run.queue.intake.add_paths([*before, stuck, *after], ANOMALY)
            await run.until(lambda: len(run.latest) == 25)
            await run.until(lambda: sum(u.state is UploadState.CONFIRMING for u in run.latest.values()) == 6)
        await run.until(lambda: len(run.latest) == 26)
        scripted_storage.release()
        await run.in_state(UploadState.UPLOADED, *(path.name for path in (*before, stuck, *after)))
    assert [len(call.upload_ids) for call in strict_api.calls] == [20, 6]


async def test_a_drop_that_waits_for_its_start_is_told_to_be_found_whole(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.intake.add_paths([files.make("a.jpg")], ANOMALY)
        await run.until(lambda: [status.walking for status in run.all_heard(QueueStatus)] == [False, True, False])
    assert strict_api.calls == []


async def test_more_dropped_while_sending_joins_the_queue_of_its_own_anomaly(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.scheduler.start()
        run.queue.intake.add_paths([files.make(f"a{n}.jpg", size=1000 + n) for n in range(3)], "42")
        await run.in_state(UploadState.CONFIRMING, "a0.jpg", "a1.jpg", "a2.jpg")
        run.queue.intake.add_paths([files.make(f"b{n}.jpg", size=2000 + n) for n in range(4)], "43")
        await run.until(lambda: len(run.latest) == 7)
        scripted_storage.release()
        await run.idle()
    told = [(record.anomaly_id, record.name[0]) for record in strict_api.registered]
    assert told == [("42", "a")] * 3 + [("43", "b")] * 4
    assert {key.partition("/")[0] for key in scripted_storage.objects} == {"42", "43"}
