"""Whether a file in a folder is the receipt that this run replaces when it ends: then it is no evidence.

Called by `scan.py` and the command line. What stands in the receipt's place and is none of ours stays what it is: a
file that was given.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_BEGINNING: Final = b'{\n  "schema": 1,\n  "program": "uploader-gui '
"""How `receipt.encoded` begins, whatever the version."""


def is_own_receipt(name: str, folder: Path, receipt: Path | None) -> bool:
    """Say whether what `folder` holds under that name is this run's receipt, written by an earlier run."""
    if receipt is None or os.path.normcase(name) != os.path.normcase(receipt.name):
        return False
    try:
        return folder.samefile(receipt.parent) and receipt.is_file() and is_receipt(receipt)
    except OSError:
        return False


def is_receipt(path: Path) -> bool:
    """Say whether a file begins as our receipts do. Raises OSError where it cannot be read."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as `os` opens it, whatever the path is called
        return os.read(file.fileno(), len(_BEGINNING)) == _BEGINNING
