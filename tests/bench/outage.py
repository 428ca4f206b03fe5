"""One side in trouble for a minute: `python -m tests.bench.outage [SECONDS] [KIND …]` in the project's environment.

Each kind of trouble begins in the middle of 600 files and ends after SECONDS (60). The table says what became of the
files, how many may be registered twice (and how many were being registered when it began), how many requests asked
meanwhile, and how long after the end something got through again. Status 1 where a file did not arrive.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.program import Ended, Program
from tests.support import api_faults, storage_faults
from tests.support.api_faults import ApiFault, Reset
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import ResetMidway, StorageFault, StoreThenReset
from tests.support.strict_api import StrictApi

ROOT = Path(__file__).parents[2]
FILES = 600
API: dict[str, ApiFault] = {
    "api-502": api_faults.refusal(502),
    "api-504": api_faults.refusal(504, register_first=True),
    "api-reset": Reset(),
    "api-503": api_faults.busy(503),
    "api-429": api_faults.busy(429),
    "api-page": api_faults.page(),
}
STORAGE: dict[str, StorageFault] = {
    "storage-503": storage_faults.slow_down(),
    "storage-500": storage_faults.internal_error(),
    "storage-closed": StoreThenReset(),
    "storage-reset": ResetMidway(),
    "storage-502": storage_faults.Reply(502, b"<html>Bad Gateway</html>"),
}


@dataclass(slots=True)
class Outage:
    """A while in which every request fails. Times are `time.monotonic()` seconds."""

    seconds: float
    after: int
    began: float | None = None
    requests: int = 0
    asked_meanwhile: int = 0
    back_at: float | None = None

    def now(self) -> bool:
        """Count a request, and return whether it is to fail."""
        self.requests += 1
        moment = time.monotonic()
        if self.requests == self.after:
            self.began = moment
        if self.began is None:
            return False
        if moment < self.began + self.seconds:
            self.asked_meanwhile += 1
            return True
        self.back_at = self.back_at or moment
        return False

    @property
    def late(self) -> float:
        """How long after its end the next request came."""
        return (self.back_at or 0.0) - (self.began or 0.0) - self.seconds


def main(seconds: float, kinds: list[str]) -> int:
    """Play every kind, say what it showed, and return the exit status."""
    wrong = 0
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="outage-") as folder:
            wrong += _play(Path(folder), kind, seconds)
    return 1 if wrong else 0


def _play(root: Path, kind: str, seconds: float) -> int:
    os.environ |= {"HOME": str(root), "UPLOADER_DATA_DIR": str(root / "data"), "PYTHONPATH": str(ROOT)}
    outage = Outage(seconds, 5 if kind in API else 100)
    with (
        ScriptedStorage() as storage,
        StrictApi(lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}")) as api,
    ):
        if kind in API:
            api.fault = lambda _number, _call: API[kind] if outage.now() else None
        else:
            storage.fault = lambda *_: STORAGE[kind] if outage.now() else None
        ended = _send(root, api)
        in_flight = sum(len(call.upload_ids) for call in api.calls if call.status != 200 and len(call.upload_ids) > 1)
    return _tell(kind, outage, ended, in_flight if kind in API else 0)


def _send(root: Path, api: StrictApi) -> Ended:
    files = Files(root / "files")
    running = Program.of(api, root / "runs").begin(*(files.make(f"{n:03}.txt", size=n + 1) for n in range(FILES)))
    running.process.wait(600)
    return running.ended()


def _tell(kind: str, outage: Outage, ended: Ended, in_flight: int) -> int:
    states = Counter(row["state"] for row in ended.files.values())
    flagged = sum(row["may_be_registered_twice"] for row in ended.files.values())
    sys.stdout.write(
        f"{kind:16} {dict(states)}, may be registered twice {flagged} (in flight {in_flight}), "
        f"asked meanwhile {outage.asked_meanwhile}, back after {outage.late:.1f} s\n"
    )
    sys.stdout.flush()
    return FILES - states["uploaded"]


if __name__ == "__main__":
    chosen = sys.argv[2:] or [*API, *STORAGE]
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, chosen))
