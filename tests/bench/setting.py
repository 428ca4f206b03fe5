"""What every row of the bench is given: files, how often to measure, how large the workloads are."""

from dataclasses import dataclass

from tests.bench.files import Files


@dataclass(frozen=True, slots=True)
class Setting:
    """How to measure. `share` is how much of each workload is done: 1.0, or less for a first look."""

    files: Files
    repeat: int = 5
    share: float = 1.0
    platform: str = "offscreen"

    def scaled(self, count: int) -> int:
        """Give a workload's size, at least one of it."""
        return max(1, round(count * self.share))
