"""What `*` and `?` on the command line stand for: Windows' shells leave it to programs. Used by cli."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def spelled_out(paths: Sequence[str]) -> Sequence[str]:
    """Give the paths a person meant; elsewhere than on Windows the shell has done it, and `*` may be in a name."""
    return [path for given in paths for path in expanded(given)] if os.name == "nt" else paths


def expanded(path: str) -> list[str]:
    """Give what is there by a pattern, in order of names; the path itself where it is none, or nothing is there."""
    if not ("*" in path or "?" in path.removeprefix("\\\\?\\")):
        return [path]
    return sorted(glob.glob(path.replace("[", "[[]"))) or [path]  # noqa: PTH207 - of the text as it was given
