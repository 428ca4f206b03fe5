"""The process: where its garbage is collected (Qt's objects in one thread alone), and what it hands to children."""

import gc
import threading

from uploader_gui.platform import process
from uploader_gui.platform.process import RESET_ENVIRONMENT, restore_library_paths


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


def test_children_get_the_library_path_the_program_was_started_with_or_none() -> None:
    environment = {"LD_LIBRARY_PATH": "/bundle:/opt/lib", "LD_LIBRARY_PATH_ORIG": "/opt/lib", "HOME": "/h"}
    restore_library_paths(environment)
    assert environment == {"LD_LIBRARY_PATH": "/opt/lib", "HOME": "/h", RESET_ENVIRONMENT: "1"}
    environment = {"LD_LIBRARY_PATH": "/bundle"}
    restore_library_paths(environment)
    assert environment == {RESET_ENVIRONMENT: "1"}
