"""A bare httpx client, for comparison: `python -m tests.bench.bare_httpx STORAGE CA SLOTS PATH...`, for `tools.py`."""

import asyncio
import ssl
import sys
import time
from pathlib import Path

import httpx


async def main(storage: str, authority: str, slots: int, paths: list[Path]) -> None:
    """Send every file with a PUT of its own; say the seconds of the sending."""
    context = ssl.create_default_context(cafile=authority)
    bodies = {path: path.read_bytes() for path in paths}
    free = asyncio.Semaphore(slots)
    async with httpx.AsyncClient(verify=context, trust_env=False, timeout=60) as client:

        async def send(path: Path) -> None:
            async with free:
                answer = await client.put(f"{storage}/bench/{path.name}", content=bodies[path])
                assert answer.status_code == 200

        began = time.monotonic()
        await asyncio.gather(*(send(path) for path in paths))
        sys.stdout.write(f"{time.monotonic() - began:.3f}\n")


if __name__ == "__main__":
    given = [Path(one) for one in sys.argv[4:]]
    everything = sorted(given[0].iterdir()) if given[0].is_dir() else given
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), everything))
