"""The program's exit codes, for both front ends. A file of its own, since `__main__` loads it before anything else."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a run ended; the guide (`cli.md`) and `--help` list these."""

    ALL_SENT = 0
    """Every file is uploaded or skipped; also a self-test in which everything works, files handed over,
    and a receipt whose files are equal."""
    NOT_ALL_SENT = 1
    """A file was not sent, the receipt cannot be written, a self-test found something, a file differs from a receipt,
    or it is not known."""
    USAGE_ERROR = 2
    """Wrong usage or configuration, known before any request."""
    INTERRUPTED = 130
    """128 + SIGINT, as shells have it; also after SIGTERM."""
