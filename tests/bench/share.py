"""A share that answers each read after 200 ms: FUSE in a process of its own (Debian's python3-fusepy and fuse3).

Used by row 11 as `slow_share`; run by the system's Python as a script, which imports nothing of ours.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

READ_SECONDS = 0.2


@contextmanager
def slow_share(behind: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-share-") as folder:
        server = subprocess.Popen(["/usr/bin/python3", __file__, str(behind), folder])
        slow = Path(folder) / behind.name
        try:
            deadline = time.monotonic() + 10
            while not slow.exists():
                if server.poll() is not None or time.monotonic() > deadline:
                    sys.exit("Row 11 needs FUSE: apt install fuse3 python3-fusepy, and /dev/fuse")
                time.sleep(0.05)
            yield slow
        finally:
            subprocess.run(["fusermount", "-u", "-z", folder], check=False)
            server.terminate()
            server.wait()


def _serve(behind: Path, folder: str) -> None:
    import fusepy  # type: ignore[import-not-found]  # noqa: PLC0415 - Debian's, for the system's Python alone

    class Slow(fusepy.Operations):  # type: ignore[misc]  # it has no types
        def getattr(self, path: str, _handle: int | None = None) -> dict[str, Any]:
            if path not in {"/", f"/{behind.name}"}:
                raise fusepy.FuseOSError(2)
            facts = behind.parent.stat() if path == "/" else behind.stat()
            return {name: getattr(facts, name) for name in ("st_mode", "st_size", "st_mtime", "st_nlink", "st_uid")}

        def readdir(self, _path: str, _handle: int) -> list[str]:
            return [".", "..", behind.name]

        def open(self, _path: str, flags: int) -> int:
            return os.open(behind, flags)

        def read(self, _path: str, size: int, offset: int, handle: int) -> bytes:
            time.sleep(READ_SECONDS)
            return os.pread(handle, size, offset)

    fusepy.FUSE(Slow(), folder, foreground=True, nothreads=True, ro=True, direct_io=True, big_writes=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), sys.argv[2])
