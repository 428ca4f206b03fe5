"""The program as the bench starts it: headless, each time with a data folder of its own, journal and hashes on."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.process import Cost, run
from tests.bench.receiver import Receiver, Seen


@dataclass(frozen=True, slots=True)
class Sent:
    """One headless run: what the whole process cost, and what the receivers saw."""

    cost: Cost
    seen: Seen


def send(receiver: Receiver, paths: Sequence[Path], *, files: int, slots: int = 6, look: bool = False) -> Sent:
    """Send these paths headless, and check that every one of the files arrived."""
    receiver.forget()
    with data_folder(receiver, slots) as environment:
        cost = run([sys.executable, "-m", "uploader_gui", "--headless", "-a", "1", *paths], environment, look=look)
    seen = receiver.seen()
    seen.check(files)
    return Sent(cost, seen)


@contextmanager
def data_folder(receiver: Receiver, slots: int) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="bench-data-") as folder:
        yield environment_of(receiver, slots, Path(folder))


def environment_of(receiver: Receiver, slots: int, data: Path) -> dict[str, str]:
    return {
        "UPLOADER_API_URL": receiver.api,
        "UPLOADER_BEARER_TOKEN": "bench",
        "UPLOADER_SESSION_TOKEN": "bench",
        "UPLOADER_CA_FILE": str(receiver.authority.pem),
        "UPLOADER_DATA_DIR": str(data),
        "UPLOADER_MAX_CONCURRENT_UPLOADS": str(slots),
        "HOME": str(data),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
