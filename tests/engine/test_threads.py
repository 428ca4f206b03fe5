"""Threads for what may block: a stuck one holds up nobody, and nobody waits for it."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import pytest

from uploader_gui.engine.tasks_and_threads import NICENESS, DaemonThreads, give_way

LEAVE_WITH_SIX_STUCK = """
import asyncio, threading
from uploader_gui.engine.tasks_and_threads import DaemonThreads
async def main():
    threads = DaemonThreads()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(threads)
    for _ in range(6):
        loop.run_in_executor(threads, threading.Event().wait)
    print(await loop.run_in_executor(threads, lambda: "the seventh"), flush=True)
    threads.shutdown()
asyncio.run(main())
"""


def test_a_result_an_error_and_even_an_exit_come_back_all_from_one_daemon_that_ends_when_idle(
    threads: DaemonThreads,
) -> None:
    assert threads.submit(divmod, 7, 2).result(60) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 7, 0).result(60)
    with pytest.raises(SystemExit):
        threads.submit(sys.exit, 3).result(60)
    (thread,) = {threads.submit(threading.current_thread).result(60) for _ in range(50)}
    assert thread.daemon
    threads.shutdown()
    thread.join(60)
    assert not thread.is_alive()


def test_stuck_calls_hold_up_only_themselves(threads: DaemonThreads) -> None:
    wake = threading.Event()
    stuck = [threads.submit(wake.wait, 30) for _ in range(6)]
    assert threads.submit(int, "7").result(60) == 7
    assert not any(future.done() for future in stuck)
    wake.set()
    assert all(future.result(60) for future in stuck)


def test_a_call_cancelled_while_it_runs_is_simply_forgotten(threads: DaemonThreads) -> None:
    wake, begun = threading.Event(), threading.Event()

    def blocked() -> bool:
        begun.set()
        return wake.wait(30)

    future = threads.submit(blocked)
    assert begun.wait(60)
    assert not future.cancel()
    wake.set()
    assert future.result(60)


async def test_an_awaited_call_can_be_given_up(threads: DaemonThreads) -> None:
    wake = threading.Event()
    waiting = asyncio.get_running_loop().run_in_executor(threads, wake.wait, 30)
    waiting.cancel()
    with pytest.raises((CancelledError, asyncio.CancelledError)):
        await waiting
    wake.set()


def test_the_program_leaves_at_once_whatever_is_stuck() -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", LEAVE_WITH_SIX_STUCK],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as left:
        assert left.stdout is not None
        assert left.stdout.readline() == "the seventh\n"  # a busy machine may take long until here
        leaving = time.monotonic()
        try:
            told = left.communicate(timeout=60)
        finally:
            left.kill()
    assert (told, left.returncode) == (("", ""), 0)
    assert time.monotonic() - leaving < 10


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's threads apart")
def test_threads_that_give_way_have_those_they_start_give_way_too(threads: DaemonThreads) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def give_way_and_start_another() -> tuple[int, int]:
        give_way()
        return niceness(), threads.submit(niceness).result(60)

    before = niceness()
    assert threads.submit(give_way_and_start_another).result(60) == (NICENESS, NICENESS)
    assert niceness() == before
