"""What is registered when, and what is never registered twice without a mark."""

import asyncio
import socket
from dataclasses import replace

from tests.faults.running import ANOMALY, QUICK, Run, World
from tests.support import api_faults
from tests.support.api_faults import Delay, Silence
from uploader_gui.engine.events import ReceiptBuilt, Resumed
from uploader_gui.engine.models import UploadState


async def test_a_file_left_out_of_the_answer_and_tried_again_is_marked(run: Run, world: World) -> None:
    world.api.faults.append(api_faults.omit())
    await run.send([world.make("a.txt")])
    assert run.only()["reason"]["code"] == "left_out"
    run.queue.retry_failed()
    await run.idle(2)
    row = run.only()
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", True)
    assert [call.upload_ids for call in world.api.calls] == [[row["upload_id"]]] * 2


async def test_while_the_service_wants_to_be_left_alone_no_other_batch_is_asked_for(world: World) -> None:
    # Two batches are asked for before a rate is known; when the second has its answer, a third would find room.
    world.api.faults += [api_faults.busy(429, retry_after="2"), Delay(1.0)]
    patient = replace(QUICK, policy=replace(QUICK.policy, patience=120.0))
    async with world.engine(patient) as run:
        run.queue.intake.add_paths([world.make(f"{n}.txt", size=n + 1) for n in range(60)], ANOMALY)
        run.queue.intake.add_paths([world.make(f"other-{n}.txt", size=n + 1) for n in range(20)], "43")
        await run.to_the_end()
    assert world.api.calls[2].arrived - world.api.calls[0].arrived >= 1.95


async def test_a_few_files_more_wait_for_the_call_before_and_go_with_those_that_come_meanwhile(world: World) -> None:
    world.api.faults.append(Silence())
    async with world.engine() as run:
        run.queue.scheduler.start()
        for number, count in enumerate((20, 3, 17), start=1):
            await run.added(*[world.make(f"{number}-{n}.txt", size=n + 1) for n in range(count)])
            await asyncio.to_thread(world.api.wait_for_calls, 1)
        world.api.release()
        await run.idle()
    assert [len(call.upload_ids) for call in world.api.calls] == [20, 20]


async def test_a_file_cancelled_while_it_is_registered_keeps_its_number_after_a_restart(world: World) -> None:
    world.api.faults.append(Silence())
    path = world.make("a.txt")
    async with world.engine() as run:
        run.begin([path])
        await asyncio.to_thread(world.api.wait_for_calls, 1)
        run.queue.cancel_all()
        world.api.release()
        await run.until(lambda: run.only()["id"] is not None)
    async with world.engine() as run:
        (past,) = await run.past_runs()
        run.queue.history.tell_receipt(past.key)
        (row,) = (await run.heard(ReceiptBuilt)).receipt.to_json()["files"]
    assert (row["state"], row["id"]) == ("cancelled", world.api.registered[0].service_id)


async def test_a_file_cancelled_while_its_registration_is_written_down_and_wanted_is_asked_for_once(
    world: World,
) -> None:
    world.api.faults += [Silence(), Silence()]
    async with world.engine() as run:
        run.queue.intake.add_paths([world.make("a.txt", size=10), world.make("b.txt", size=20)], ANOMALY)
        await run.in_state(UploadState.QUEUED, "a.txt", "b.txt")
        run.queue.scheduler.start()
        while not run.queue.unsent[UploadState.REGISTERING]:  # noqa: ASYNC110 - a moment of which no event tells
            await asyncio.sleep(0)
        run.queue.cancel([run.latest["a.txt"].upload_id])
        run.queue.undo()
        await asyncio.to_thread(world.api.wait_for_calls, 2)
        world.api.release()
        await run.idle()
        rows = run.files()
    assert [row["state"] for row in rows.values()] == ["uploaded"] * 2
    assert sorted(record.name for record in world.api.registered) == ["a.txt", "b.txt"]


async def test_a_file_whose_registration_was_only_written_down_when_the_program_ended_is_unflagged(
    world: World,
) -> None:
    async with world.engine() as run:
        run.queue.intake.add_paths([world.make("a.txt")], ANOMALY)
        await run.in_state(UploadState.QUEUED, "a.txt")
        run.queue.scheduler.start()
        while not run.queue.unsent[UploadState.REGISTERING]:  # noqa: ASYNC110 - a moment of which no event tells
            await asyncio.sleep(0)
    calls = len(world.api.calls)  # none, unless the disk was quicker than the end
    async with world.engine() as run:
        run.queue.intake.resume()
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", calls > 0)


async def test_a_file_that_the_service_was_not_asked_for_when_a_run_was_left_is_not_marked(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # in the handshake: no request has gone out
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/main"
        async with world.engine(api_url=address) as run:
            run.begin([world.make("a.txt")])
            connection, _ = await asyncio.to_thread(silent.accept)
        connection.close()
        async with world.engine(api_url=address) as run:
            run.queue.intake.resume()
            await run.heard(Resumed)
            assert run.only()["may_be_registered_twice"] is False
