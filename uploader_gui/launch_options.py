"""What a start of the program is to do, as parsed by cli and carried out by app or headless."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class UsageError(Exception):
    """Wrong usage or configuration; the text is a whole sentence."""


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """What the command line asks for. `anomaly_id` is "" where none was given."""

    paths: tuple[Path, ...] = ()
    anomaly_id: str = ""
    start: bool = False
    quit_when_done: bool = False
    report: Path | None = None
    headless: bool = False
    again: bool = False
    convert: bool = False
    zip: bool = False
    sandbox: bool = False
    demo: bool = False
    self_test: bool = False


def tell(sentence: str) -> None:
    """Say one sentence on stderr, where there is one (a bundle's window has none)."""
    if sys.stderr is not None:
        sys.stderr.write(f"uploader-gui: {sentence}\n")
