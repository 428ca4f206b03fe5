"""An event loop whose clock jumps to the next timer instead of waiting for it: hours pass in milliseconds."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("nothing will ever happen any more")
        if not ready and timeout is not None:
            self.jumped += max(timeout, 0.0)
        return ready


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.jumped


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; one that waits for what never comes raises `RuntimeError`."""
    with asyncio.Runner(loop_factory=_JumpingLoop) as runner:
        return runner.run(work)


def virtually(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Let a test run virtually."""

    @wraps(test)
    def run(*arguments: P.args, **named: P.kwargs) -> T:
        return run_virtually(test(*arguments, **named))

    return run
