"""The files the bench sends, made once per run in the bench's own folder and read once, so that they lie in memory."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Files:
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
