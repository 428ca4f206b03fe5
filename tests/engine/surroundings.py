"""What a disk can do to a program: files it may not open, and the rights of somebody who is not root."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextmanager
def public_folder() -> Iterator[Path]:
    """Give a folder that everybody may enter, with what is made in it: pytest's own are for their owner only."""
    umask = os.umask(0o022)
    folder = Path(tempfile.mkdtemp(prefix="public-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        os.umask(umask)
        for inside in (folder, *folder.rglob("*")):
            inside.chmod(0o700)
        shutil.rmtree(folder)
