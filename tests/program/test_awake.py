"""Staying awake: entered and left as wished, in a thread of its own; a platform that refuses is no trouble."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest

from uploader_gui.platform.keep_awake import KeepAwake

PATIENCE = 20.0
GET_READY = """
import sys, threading
from uploader_gui.platform.keep_awake import KeepAwake
awake = KeepAwake()
print("wakepy" in sys.modules)
awake.get_ready()
awake.close()
for thread in threading.enumerate():
    if thread.name == "uploader-awake":
        thread.join()
print("wakepy" in sys.modules)
"""


class Platform:
    """Tells what is entered and left, and in which thread."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.told: SimpleQueue[tuple[str, str]] = SimpleQueue()
        self._refuses = refuses

    @contextmanager
    def mode(self) -> Iterator[None]:
        self.told.put(("entered", threading.current_thread().name))
        if self._refuses:
            raise OSError
        yield
        self.told.put(("left", threading.current_thread().name))

    def next(self) -> str:
        told, thread = self.told.get(timeout=PATIENCE)
        assert thread == "uploader-awake"
        return told


def test_it_is_entered_once_and_left_once_and_where_nothing_was_wanted_nothing_happens() -> None:
    platform = Platform()
    awake = KeepAwake(platform.mode)
    awake.want(True)
    awake.want(True)
    assert platform.next() == "entered"
    awake.want(False)
    assert platform.next() == "left"
    awake.want(True)
    assert platform.next() == "entered"
    awake.close()
    assert platform.next() == "left"
    assert platform.told.empty()
    platform = Platform()
    awake = KeepAwake(platform.mode)
    awake.want(False)
    awake.close()
    assert platform.told.empty()


def test_a_platform_that_refuses_is_asked_again_next_time() -> None:
    platform = Platform(refuses=True)
    awake = KeepAwake(platform.mode)
    for _ in range(2):
        awake.want(True)
        assert platform.next() == "entered"
        awake.want(False)
    awake.close()
    assert platform.told.empty()


@pytest.mark.parametrize(("code", "loaded"), [("", "True"), ("raise OSError", "False")])
def test_what_it_takes_is_loaded_before_it_is_wanted_and_is_no_trouble_where_it_cannot_be(
    tmp_path: Path, code: str, loaded: str
) -> None:
    if code:
        (tmp_path / "wakepy.py").write_text(code)
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    found = subprocess.run(
        [sys.executable, "-c", GET_READY],
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (found.stdout.split(), found.stderr) == (["False", loaded], "")
