"""One round of the kill test: a run is killed again and again, then left alone; was anything lost or doubled?

Used by `test_kill.py` (a few rounds) and `tests/bench/kill.py` (a hundred).
"""

import hashlib
import random
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.program import Program, Running
from tests.support.api_faults import ApiFault
from tests.support.raw_http import RawRequest
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StorageFault, StoreThenSilence
from tests.support.strict_api import ApiCall, StrictApi

MOMENTS = ("at random", "POST under way", "between POST and PUT", "between PUT and its recording")
PATIENCE = 30.0
HELD_SECONDS = 0.05
"""How long a server that keeps silent does so, where the kill comes from its own thread."""


@dataclass(slots=True)
class Verdict:
    """What a round showed. `wrong` is empty where all is well; `moments` are those of its kills."""

    moments: list[str] = field(default_factory=list)
    registered_again: int = 0
    flagged: int = 0
    sent_again: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Victim:
    """The run to be killed when the servers have seen enough of it. `number`: which POST or PUT it is."""

    moment: str
    number: int
    died: threading.Event = field(default_factory=threading.Event)
    running: Running | None = None
    seen: int = 0

    def is_due(self, moment: str) -> bool:
        """Count what a server sees, and say whether now is the moment."""
        if self.moment != moment or self.died.is_set():
            return False
        self.seen += 1
        return self.seen >= self.number

    def kill(self) -> None:
        assert self.running
        self.running.process.kill()
        self.died.set()


class KillRound:
    """Kills runs of one program in front of one service and storage."""

    def __init__(self, program: Program, api: StrictApi, storage: ScriptedStorage, *, seed: int) -> None:
        self._program = program
        self._api = api
        self._storage = storage
        self._random = random.Random(seed)
        self._victim = Victim("at random", 0)
        api.fault = self._post_came
        storage.fault = self._put_came

    def play(self, paths: list[Path], kills: int) -> Verdict:
        """Kill this many runs of these files, let the last one end, and look what the servers and the journal hold."""
        verdict = Verdict()
        for _ in range(kills):
            self._kill_one(paths)
            verdict.moments.append(self._victim.moment)
        self._victim = Victim("at random", 0)
        ended = self._program.send(*paths)
        if ended.code != 0 or ended.err:
            verdict.wrong.append(f"the last run: {ended}")
        self._judge(paths, verdict)
        return verdict

    def _kill_one(self, paths: list[Path]) -> None:
        self._victim = victim = Victim(self._random.choice(MOMENTS), self._random.randint(1, 4))
        victim.running = self._program.begin(*paths)
        wait = self._random.uniform(0.2, 1.5) if victim.moment == "at random" else PATIENCE
        ended = threading.Thread(target=victim.running.process.wait)
        ended.start()
        ended.join(wait)  # at most until it ends by itself: it had nothing left to do
        victim.kill()
        ended.join()

    def _post_came(self, _number: int, _call: ApiCall) -> ApiFault | None:
        if self._victim.is_due("POST under way"):
            self._victim.kill()  # it is registered all the same, and nobody hears of it
        return None

    def _put_came(self, _key: str, _attempt: int, _request: RawRequest) -> StorageFault | None:
        if self._victim.is_due("between POST and PUT"):
            self._victim.kill()
        if self._victim.is_due("between PUT and its recording"):
            victim = self._victim
            threading.Timer(HELD_SECONDS, victim.kill).start()
            return StoreThenSilence()
        return None

    def _judge(self, paths: list[Path], verdict: Verdict) -> None:
        states, flagged = self._journal()
        for path in paths:
            self._judge_one(path, verdict, states, flagged)

    def _judge_one(self, path: Path, verdict: Verdict, states: dict[str, str], flagged: set[str]) -> None:
        """Stored whole under one uploadId, and registered once or flagged."""
        records = [record for record in self._api.registered if record.name == path.name]
        ids = {record.upload_id for record in records}
        if len(ids) != 1:
            verdict.wrong.append(f"{path.name}: registered under {len(ids)} ids")
            return
        (upload_id,) = ids
        stored = self._storage.objects.get(f"42/{upload_id}")
        if stored is None or stored.sha256 != hashlib.sha256(path.read_bytes()).hexdigest():
            verdict.wrong.append(f"{path.name}: not stored whole")
        if states.get(upload_id) != "uploaded":
            verdict.wrong.append(f"{path.name}: the journal says {states.get(upload_id)}")
        if len(records) > 1 and upload_id not in flagged:
            verdict.wrong.append(f"{path.name}: registered {len(records)} times and not flagged")
        verdict.registered_again += len(records) - 1
        verdict.flagged += upload_id in flagged
        verdict.sent_again += len(self._storage.puts_of(f"42/{upload_id}")) - 1

    def _journal(self) -> tuple[dict[str, str], set[str]]:
        with closing(sqlite3.connect(self._program.data / "journal.sqlite")) as journal:
            rows = journal.execute("SELECT upload_id, state, may_be_registered_twice FROM uploads").fetchall()
        return {row[0]: row[1] for row in rows}, {row[0] for row in rows if row[2]}
