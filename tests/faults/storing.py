"""What goes wrong with which attempt, and whether the storage holds what it should. Used by the storage's tests."""

import hashlib
from collections.abc import Callable
from typing import Any

from tests.faults.running import ANOMALY
from tests.support.raw_http import RawRequest
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StorageFault


def on_attempt(number: int, fault: StorageFault) -> Callable[[str, int, RawRequest], StorageFault | None]:
    return lambda _key, attempt, _request: fault if attempt == number else None


def always(fault: StorageFault) -> Callable[[str, int, RawRequest], StorageFault | None]:
    return lambda _key, _attempt, _request: fault


def is_stored(storage: ScriptedStorage, row: dict[str, Any]) -> bool:
    """Say whether the storage holds exactly the bytes of the file, as a receipt's row says it does."""
    with open(row["path"], "rb") as file:  # noqa: PTH123 - a receipt's path is text
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    stored = storage.objects[f"{ANOMALY}/{row['upload_id']}"]
    return (sha256, stored.sha256, stored.size) == (row["sha256"], row["sha256"], row["size"])
