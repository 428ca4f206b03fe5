"""Decoders that go wrong: what the program starts in place of its own, each a few lines of Python."""

import os
import sys
import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 30.0

_BEGIN: Final = """
import json, os, signal, struct, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
incoming, outgoing = os.fdopen(0, "rb"), os.fdopen(1, "wb")

def say(content=b"", **values):
    words = json.dumps(values).encode()
    outgoing.write(struct.pack(">II", len(words), len(content)) + words + content)
    outgoing.flush()

def hear():
    head = incoming.read(8)
    if not head:
        sys.exit(0)
    words, content = struct.unpack(">II", head)
    return json.loads(incoming.read(words)), incoming.read(content)

"""
_SERVE: Final = """
say(ready=True)
while True:
    question, content = hear()
    {answer}
"""


def decoder_that(answer: str) -> list[str]:
    """Return the command of a decoder that gets ready, and does this with every `question` and `content`."""
    return [sys.executable, "-c", _BEGIN + _SERVE.format(answer=answer)]


def program_that(does: str) -> list[str]:
    """Return the command of a program that does this instead of getting ready."""
    return [sys.executable, "-c", does]


def until(seen: Callable[[], bool]) -> None:
    """Wait until something has happened in another process or thread."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline
        os.sched_yield()
