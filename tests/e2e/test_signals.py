"""Signals that come before a run listens to them, and after its end, and their exit code."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.e2e.program import Program
from tests.support.files import Files
from tests.support.strict_api import StrictApi
from uploader_gui.platform import process

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows ends a process that is sent a signal")
AT_AN_IMPORT = """
import os, signal, sys, time

class Watch:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), {number:d})
            time.sleep({seconds})

sys.meta_path.insert(0, Watch())
from uploader_gui.__main__ import main
sys.exit(main())
"""
AT_THE_END = """
import os, signal, sys

end = os._exit
os._exit = lambda code: (os.kill(os.getpid(), {number:d}), os.write(1, b"the end"), end(code))
from uploader_gui.__main__ import main
sys.exit(main())
"""
WITH_A_THREAD_INSIDE_QT = """
import threading
from PySide6.QtCore import QObject, Signal

class Teller(QObject):
    told = Signal(object)

def tell_for_ever():
    while True:
        teller.told.emit(teller)

teller = Teller()
threading.Thread(target=tell_for_ever, daemon=True).start()
"""


def signalled(module: str, number: int = signal.SIGTERM, *, seconds: float = 0) -> str:
    """Return a start of the program with a signal at that import, which then takes some time."""
    return AT_AN_IMPORT.format(module=module, number=number, seconds=seconds)


@pytest.fixture
def own_handlers() -> Iterator[None]:
    """Take back what a test makes of the signals in this process."""
    before = {number: signal.getsignal(number) for number in process.INTERRUPTS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", process.INTERRUPTS)
@pytest.mark.parametrize("module", ["pydantic_core", "uploader_gui.engine.build"])
def test_a_signal_while_the_program_loads_ends_it_with_130_and_a_receipt(
    number: signal.Signals, module: str, program: Program, strict_api: StrictApi, files: Files
) -> None:
    program.command = ("-c", signalled(module, number))
    ended = program.send(files.make("a.txt"))
    assert (ended.code, ended.err, ended.totals) == (130, "", {})
    assert "interrupted before all files were found" in ended.out
    assert strict_api.connections_made == 0


@pytest.mark.parametrize(
    ("module", "seconds"),
    [
        ("PySide6.QtGui", 0),
        ("uploader_gui.window_app.program", 0),
        *((module, 3.5) for module in ("pydantic", "uploader_gui.engine.build")),  # of a slow machine, after the paint
    ],
)
def test_a_signal_while_the_window_loads_ends_it_with_130_and_a_receipt(
    module: str, seconds: float, program: Program, strict_api: StrictApi, files: Files
) -> None:
    program.command = ("-c", signalled(module, seconds=seconds))
    ended = program.run("-a", "42", "--start", "--report", "{report}", files.make("a.txt"))
    assert (ended.code, ended.totals) == (130, {}), ended
    assert strict_api.connections_made == 0


def test_a_thread_that_is_inside_qt_when_the_window_is_left_does_not_crash_it(program: Program) -> None:
    """Threads are never waited for: a share may sleep under them."""
    program.command = ("-c", WITH_A_THREAD_INSIDE_QT + signalled("uploader_gui.window_app.program"))
    ended = program.run()
    assert (ended.code, "Signal source has been deleted" in ended.err) == (130, False), ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_end_changes_nothing(number: signal.Signals, program: Program, files: Files) -> None:
    program.command = ("-c", AT_THE_END.format(number=number))
    ended = program.send(files.make("a.txt"))
    assert ended.out.endswith("the end")
    assert (ended.code, ended.err, ended.totals) == (0, "", {"files": 1, "uploaded": 1, "bytes_uploaded": 19})


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signal")
def test_the_end_of_its_terminal_changes_nothing_under_nohup(program: Program, files: Files) -> None:
    hung_up = signalled("uploader_gui.engine.build", signal.SIGHUP)
    program.command = ("-c", f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{hung_up}")
    ended = program.send(files.make("a.txt"))
    assert (ended.code, ended.totals["uploaded"]) == (0, 1), ended


def test_a_start_that_a_second_signal_ends_has_the_exit_code_of_one(program: Program, strict_api: StrictApi) -> None:
    twice = signalled("uploader_gui.headless").replace(
        "            os.kill", "            os.kill(os.getpid(), 2)\n            os.kill"
    )
    program.command = ("-c", twice)
    ended = program.send("a.txt")
    assert (ended.code, ended.err, ended.receipt) == (130, "", None)
    assert strict_api.connections_made == 0


@pytest.mark.usefixtures("own_handlers")
def test_a_second_signal_ends_a_start_that_is_stuck() -> None:
    process.hold_interrupts()
    one_came = process.interrupt_check()
    assert not one_came()
    signal.raise_signal(signal.SIGTERM)
    assert one_came()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("own_handlers")
def test_what_is_ignored_on_purpose_stays_ignored_until_a_run_listens() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process.hold_interrupts()
    signal.raise_signal(signal.SIGINT)
    assert not process.interrupt_check()()
