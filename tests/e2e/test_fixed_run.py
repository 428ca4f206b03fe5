"""One run with everything in it: its receipt and what it prints stay word for word what `fixed_run.json` holds.

After a change that scripts may notice: `python -m pytest tests/e2e/test_fixed_run.py`, and take over what it shows.
"""

import json
import re
from pathlib import Path
from typing import Any

from tests.e2e.program import Program
from tests.support import pictures
from tests.support.files import Files
from tests.support.raw_http import RawRequest
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import Refuse, StorageFault
from uploader_gui import __version__

KEPT = Path(__file__).with_name("fixed_run.json")
DIFFERENT_EACH_TIME = {
    "upload_id", "id", "uploaded_at", "started_at", "finished_at", "checksum_sha256", "server", "utc_offset",
}  # fmt: skip
DIFFERENT_BY_LIBRARY = {"size", "sha256", "bytes_uploaded"}
"""What an encoder's or a compressor's version decides."""


def test_the_receipt_of_a_run_with_everything_in_it_stays_what_it_is(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    def refuse_one(_key: str, _attempt: int, request: RawRequest) -> StorageFault | None:
        return Refuse(403, "AccessDenied", "Access Denied") if request.content_length == 4321 else None

    scripted_storage.fault = refuse_one
    files.one_of_each()
    files.make("photo.jpeg")
    files.make("failed.pdf", size=4321)
    files.make("refused.exe")
    files.make("empty.txt", content=b"")
    files.make("Thumbs.db")
    pictures.heic(files.folder / "converted.heic")
    earlier = files.make("earlier.png")
    assert program.send(earlier).code == 0
    ended = program.send("--convert", files.folder)
    shown = {"code": ended.code, "receipt": fixed(ended.receipt, files.folder), "out": lines(ended.out, files.folder)}
    assert shown == json.loads(KEPT.read_text("utf-8"))


def fixed(value: Any, folder: Path) -> Any:
    """Return a receipt without what differs in each run; lists in the order of the files' names."""
    if isinstance(value, dict):
        return {
            name: type(item).__name__ if name in DIFFERENT_BY_LIBRARY else fixed(item, folder)
            for name, item in value.items()
            if name not in DIFFERENT_EACH_TIME
        }
    if isinstance(value, list):
        return sorted((fixed(item, folder) for item in value), key=lambda item: str(item["path"]))
    return without(value, folder) if isinstance(value, str) else value


def lines(out: str, folder: Path) -> list[str]:
    """Return what was printed, the lines in order of the alphabet, without times and sizes that differ."""
    return sorted(
        re.sub(r"\d+(\.\d)? (s|[KM]?B/s|KB|MB)\b", "N \\2", line) for line in without(out, folder).splitlines()
    )


def without(text: str, folder: Path) -> str:
    """Return a text without the test's own folder and the program's version."""
    return text.replace(f"{folder}", "FOLDER").replace(__version__, "VERSION")
