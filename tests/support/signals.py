"""Signals that the start of the test run made it ignore: under nohup, or in the background of a shell."""

import signal

from uploader_gui.platform.process import INTERRUPTS


def hear_signals() -> None:
    """Heed the signals that end a program again: the programs that tests start would ignore them, too."""
    for number in INTERRUPTS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
