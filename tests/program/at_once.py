"""Tasks without a loop, for tests that look at what was done right after they asked for it."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest


class AtOnce:
    """Coroutines that are done before `spawn` returns."""

    async def in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return call(*arguments)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        with pytest.raises(StopIteration):
            work.send(None)
