"""What every row of the bench is given: files, how often to measure, how large the workloads are."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Files:
    """Made once per run in the bench's own folder, and read once, so that they lie in memory."""

    folder: Path

    def make(self, name: str, count: int, size: int) -> list[Path]:
        home = self.folder / name
        home.mkdir(exist_ok=True)
        paths = [home / f"{number:05}.csv" for number in range(count)]
        filling = os.urandom(min(size, 4_000_000))
        for path in paths:
            if not path.exists():
                with path.open("wb") as file:
                    file.write(os.urandom(16))
                    file.writelines(filling[: size - 16 - at] for at in range(0, size - 16, len(filling)))
        return paths

    def sparse(self, name: str, size: int) -> Path:
        path = self.folder / name
        with path.open("wb") as file:
            file.truncate(size)
        return path


@dataclass(frozen=True, slots=True)
class Setting:
    """How to measure. `share` is how much of each workload is done: 1.0, or less for a first look."""

    files: Files
    repeat: int = 5
    share: float = 1.0
    platform: str = "offscreen"

    def scaled(self, count: int) -> int:
        """Return a workload's size, at least one of it."""
        return max(1, round(count * self.share))
