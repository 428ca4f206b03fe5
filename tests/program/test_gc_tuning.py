"""Where garbage is collected: beside a window in its thread alone, for what it destroys may be an object of Qt's."""

import gc
import threading

from uploader_gui.platform import process


class Cycle:
    """Something only the collector destroys; it tells where."""

    def __init__(self, told: list[threading.Thread]) -> None:
        self.myself = self
        self._told = told

    def __del__(self) -> None:
        self._told.append(threading.current_thread())


def test_what_another_thread_leaves_behind_is_collected_in_this_one() -> None:
    told: list[threading.Thread] = []
    gc.collect()

    def work() -> None:
        Cycle(told)
        kept = [[number] for number in range(200_000)]
        del kept

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert told == []
    kept = [[number] for number in range(30_000)]
    process.collect_if_due()
    assert told == [threading.current_thread()]
    del kept


def test_little_garbage_waits() -> None:
    told: list[threading.Thread] = []
    gc.collect()
    Cycle(told)
    process.collect_if_due()
    assert told == []
    gc.collect()
    assert told == [threading.current_thread()]
