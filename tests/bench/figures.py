"""What a row of the bench says: a figure, what it must reach and aim at; and the table of all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of a row. `must` and `aim` are upper bounds, or lower ones where `more_is_better`.

    `beside` says what it was compared with, in figures of the same run.
    """

    row: int
    workload: str
    measure: str
    values: Sequence[float]
    must: float
    aim: float
    unit: str = ""
    more_is_better: bool = False
    beside: str = ""

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def verdict(self) -> str:
        """Whether it reaches what it must, and what it aims at."""
        sign = -1 if self.more_is_better else 1
        if sign * self.value <= sign * self.aim:
            return "aim"
        return "yes" if sign * self.value <= sign * self.must else "**no**"


def table(figures: Iterable[Figure]) -> str:
    head = "| # | workload | measure | measured (spread) | must | aim | reached | beside it |"
    lines = [head, "|--:|---|---|--:|--:|--:|---|---|"]
    return "\n".join([*lines, *(_line(figure) for figure in figures)])


def _line(one: Figure) -> str:
    spread = f"{_number(min(one.values))}–{_number(max(one.values))}"
    bound = "≥" if one.more_is_better else "≤"
    must, aim = (f"{bound} {_number(limit)}{one.unit}" for limit in (one.must, one.aim))
    cells = (one.row, one.workload, one.measure, f"{_number(one.value)}{one.unit} ({spread})", must, aim, one.verdict)
    return f"| {' | '.join(map(str, cells))} | {one.beside} |"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return ours over theirs, run by run: they alternated, so what disturbed one has often disturbed the other."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def seconds(values: Sequence[float]) -> str:
    return f"{median(values):.2f} s"
