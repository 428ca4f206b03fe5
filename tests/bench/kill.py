"""A hundred rounds of the kill test: `python -m tests.bench.kill [ROUNDS] [FIRST_SEED]` in the project's environment.

Each round kills one to four runs of 30 files at random and at chosen moments, lets the last one end, and compares
what service, storage and journal hold. Ends with status 1 where anything was lost, doubled without a flag, or changed.
"""

import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.e2e.killing import KillRound, Verdict
from tests.e2e.program import Program
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi

ROOT = Path(__file__).parents[2]


def main(rounds: int = 100, first_seed: int = 0) -> int:
    """Play the rounds, say what they showed, and return the exit status."""
    began = time.monotonic()
    verdicts = [_play(seed) for seed in range(first_seed, first_seed + rounds)]
    moments = Counter(moment for verdict in verdicts for moment in verdict.moments)
    wrong = [sentence for verdict in verdicts for sentence in verdict.wrong]
    again = sum(verdict.registered_again for verdict in verdicts)
    _say(f"{rounds} rounds, {moments.total()} kills in {time.monotonic() - began:.0f} s: {dict(moments)}")
    _say(f"registered again: {again}, flagged: {sum(verdict.flagged for verdict in verdicts)}")
    _say(f"sent again: {sum(verdict.sent_again for verdict in verdicts)}, wrong: {len(wrong)}")
    return 1 if wrong else 0


def _play(seed: int) -> Verdict:
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="kill-") as folder, ScriptedStorage() as storage:
        root = Path(folder)
        os.environ |= {"HOME": folder, "UPLOADER_DATA_DIR": str(root / "data"), "PYTHONPATH": str(ROOT)}
        files = Files(root / "files")
        paths = [files.make(f"{n:02}.jpg", size=dice.randint(1, 2_000_000)) for n in range(30)]
        with StrictApi(lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}")) as api:
            round_ = KillRound(Program.of(api, root / "runs"), api, storage, seed=seed)
            verdict = round_.play(paths, kills=dice.randint(1, 4))
        for sentence in verdict.wrong:
            _say(f"seed {seed}: {sentence}")
    return verdict


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
