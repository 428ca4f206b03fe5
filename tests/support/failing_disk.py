"""A disk that fails while somebody wants it to, for the journal of a program: real EIO, from below SQLite.

It keeps a record too: what was written and not yet forced onto the disk is what a power cut would take. And it can be
slow: then every operation on a file of the data folder takes as long as a test says.

A small library put before C's (LD_PRELOAD), compiled when first needed; without a compiler its tests are skipped.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int opens(const char *path, int flags, mode_t mode) {
    static int (*real)(const char *, int, ...);
    if (!real) real = dlsym(RTLD_NEXT, "open");
    return real(path, flags, mode);
}
static void dawdle(const char *path) {
    const char *slow = getenv("DISK_SLOW"), *folder = getenv("UPLOADER_DATA_DIR");
    char text[16] = "";
    if (!slow || !folder || strncmp(path, folder, strlen(folder)) || access(slow, F_OK)) return;
    static ssize_t (*real)(int, void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "read");
    int from = opens(slow, O_RDONLY, 0);
    if (from < 0 || real(from, text, sizeof text - 1) < 0) text[0] = 0;
    if (from >= 0) close(from);
    usleep(atoi(text));
}

static void note(char kind) {
    static ssize_t (*real)(int, const void *, size_t);
    const char *record = getenv("DISK_RECORD");
    if (!real) real = dlsym(RTLD_NEXT, "write");
    int to = record && kind != 'r' ? opens(record, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (to < 0) return;
    if (real(to, &kind, 1)) {}
    close(to);
}
static int fails(int fd, char kind) {
    char link[64], path[4096];
    const char *broken = getenv("DISK_BROKEN"), *full = getenv("DISK_FULL");
    int error = broken && !access(broken, F_OK) ? EIO : kind == 'w' && full && !access(full, F_OK) ? ENOSPC : 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    dawdle(path);
    if (!strstr(path, "journal.sqlite")) return 0;
    if (!error) note(kind);
    errno = error ? error : errno;
    return error != 0;
}
#define FORWARD(kind, type, name, parameters, arguments) \
    type name parameters { \
        static type (*real) parameters; \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        return fails(fd, kind) ? (type)-1 : real arguments; \
    }
FORWARD('r', ssize_t, read, (int fd, void *to, size_t size), (fd, to, size))
FORWARD('r', ssize_t, pread, (int fd, void *to, size_t size, off_t at), (fd, to, size, at))
FORWARD('r', ssize_t, pread64, (int fd, void *to, size_t size, off64_t at), (fd, to, size, at))
FORWARD('w', ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size))
FORWARD('w', ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at))
FORWARD('w', ssize_t, pwrite64, (int fd, const void *from, size_t size, off64_t at), (fd, from, size, at))
FORWARD('s', int, fsync, (int fd), (fd))
FORWARD('s', int, fdatasync, (int fd), (fd))
FORWARD('t', int, ftruncate, (int fd, off_t size), (fd, size))
FORWARD('t', int, ftruncate64, (int fd, off64_t size), (fd, size))
#define SLOWED(name, parameters, arguments) \
    int name parameters { \
        static int (*real) parameters; \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        dawdle(path); \
        return real arguments; \
    }
#define SLOW_OPEN(name) \
    int name(const char *path, int flags, ...) { \
        static int (*real)(const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        dawdle(path); \
        return real(path, flags, mode); \
    }
SLOW_OPEN(open)
SLOW_OPEN(open64)
SLOWED(unlink, (const char *path), (path))
SLOWED(rename, (const char *path, const char *to), (path, to))
SLOWED(mkdir, (const char *path, mode_t mode), (path, mode))
SLOWED(stat, (const char *path, struct stat *found), (path, found))
SLOWED(lstat, (const char *path, struct stat *found), (path, found))
SLOWED(stat64, (const char *path, struct stat64 *found), (path, found))
SLOWED(lstat64, (const char *path, struct stat64 *found), (path, found))
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
        self._broken, self._full, self._record = folder / "broken", folder / "full", folder / "record"
        self._slow = folder / "slow"
        self.environment = {
            "LD_PRELOAD": library.name,  # a path would be cut at its blanks
            "LD_LIBRARY_PATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("LD_LIBRARY_PATH")])),
            "DISK_BROKEN": str(self._broken),
            "DISK_FULL": str(self._full),
            "DISK_RECORD": str(self._record),
            "DISK_SLOW": str(self._slow),
        }

    def environment_of_a_program(self) -> dict[str, str]:
        """Return a test's whole environment with this disk in it."""
        return {**os.environ, **self.environment}

    def fail(self) -> None:
        """Let every read and write of the journal end in EIO."""
        self._broken.touch()

    def fill(self) -> None:
        """Let every write of the journal end in ENOSPC."""
        self._full.touch()

    def slow_down(self, seconds: float) -> None:
        """Let every operation on a file of the data folder (UPLOADER_DATA_DIR) take that long."""
        self._slow.write_text(str(int(seconds * 1_000_000)))

    def record(self) -> str:
        """Return what was done to the journal so far: `w` for a write, `s` where all before was forced onto the disk.

        `t` is a truncation.
        """
        return self._record.read_text() if self._record.exists() else ""

    def work(self) -> None:
        self._broken.unlink(missing_ok=True)
        self._full.unlink(missing_ok=True)
        self._slow.unlink(missing_ok=True)
