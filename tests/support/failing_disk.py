"""A disk that fails while somebody wants it to, for the journal of a program: real EIO, from below SQLite.

A small library put before C's (LD_PRELOAD), compiled when first needed; without a compiler its tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int fd, int writes) {
    char link[64], path[4096];
    const char *broken = getenv("DISK_BROKEN"), *full = getenv("DISK_FULL");
    int error = broken && !access(broken, F_OK) ? EIO : writes && full && !access(full, F_OK) ? ENOSPC : 0;
    if (!error) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (!strstr(path, "journal.sqlite")) return 0;
    errno = error;
    return 1;
}
#define FORWARD(writes, type, name, parameters, arguments) \
    type name parameters { \
        static type (*real) parameters; \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        return fails(fd, writes) ? (type)-1 : real arguments; \
    }
FORWARD(0, ssize_t, read, (int fd, void *to, size_t size), (fd, to, size))
FORWARD(0, ssize_t, pread, (int fd, void *to, size_t size, off_t at), (fd, to, size, at))
FORWARD(0, ssize_t, pread64, (int fd, void *to, size_t size, off64_t at), (fd, to, size, at))
FORWARD(1, ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size))
FORWARD(1, ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at))
FORWARD(1, ssize_t, pwrite64, (int fd, const void *from, size_t size, off64_t at), (fd, from, size, at))
FORWARD(0, int, fsync, (int fd), (fd))
FORWARD(0, int, fdatasync, (int fd), (fd))
FORWARD(0, int, ftruncate, (int fd, off_t size), (fd, size))
FORWARD(0, int, ftruncate64, (int fd, off64_t size), (fd, size))
"""


class FailingDisk:
    """What `environment` is given to sees its journal's disk fail from `fail()` or `fill()` until `work()`."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler")
        source, library = folder / "failing_disk.c", folder / "failing_disk.so"
        source.write_text(SHIM)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self._broken, self._full = folder / "broken", folder / "full"
        self.environment = {
            "LD_PRELOAD": str(library),
            "DISK_BROKEN": str(self._broken),
            "DISK_FULL": str(self._full),
        }

    def fail(self) -> None:
        """Let every read and write of the journal end in EIO."""
        self._broken.touch()

    def fill(self) -> None:
        """Let every write of the journal end in ENOSPC."""
        self._full.touch()

    def work(self) -> None:
        """Let the disk work again."""
        self._broken.unlink(missing_ok=True)
        self._full.unlink(missing_ok=True)
