"""A simulated line in user space, in a process of its own: a rate shared by all connections, and a round trip.

Started by `receiver.py` as `python -m tests.bench.line RATE_BITS ROUND_TRIP_SECONDS PORT...`; prints one port of its
own for each port it leads to. A new connection's first bytes come a round trip later (its handshake), every byte
half a round trip; a window of one bandwidth-delay product and a half per connection, at least 128 KiB, is under way.
No losses, no slow start.
"""

import asyncio
import socket
import sys
from collections import deque
from dataclasses import dataclass, field

CHUNK = 16 * 1024


@dataclass(slots=True)
class Direction:
    bytes_per_second: float
    delay: float
    free_at: float = 0.0

    def arrival(self, now: float, count: int) -> float:
        """Put this many bytes on the line; return when the last of them arrives."""
        self.free_at = max(now, self.free_at) + count / self.bytes_per_second
        return self.free_at + self.delay


@dataclass(slots=True)
class Pipe:
    direction: Direction
    window: int
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)
    bytes_under_way: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    async def fill(self, reader: asyncio.StreamReader, extra: float) -> None:
        """Take bytes from a sender as the window allows."""
        loop = asyncio.get_running_loop()
        while data := await _read(reader):
            self.under_way.append((self.direction.arrival(loop.time(), len(data)) + extra, data))
            extra = 0.0
            self.bytes_under_way += len(data)
            self.changed.set()
            while self.bytes_under_way >= self.window:
                await self._change()
        self.ended = True
        self.changed.set()

    async def drain(self, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while self.under_way or not self.ended:
            if not self.under_way:
                await self._change()
                continue
            arrives, data = self.under_way.popleft()
            await asyncio.sleep(max(0.0, arrives - loop.time()))
            writer.write(data)
            loop.call_later(self.direction.delay, self._acknowledge, len(data))
            await writer.drain()
        writer.close()

    def _acknowledge(self, count: int) -> None:
        self.bytes_under_way -= count
        self.changed.set()

    async def _change(self) -> None:
        self.changed.clear()
        await self.changed.wait()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(CHUNK)
    except OSError:
        return b""


class Line:
    def __init__(self, bits_per_second: float, round_trip: float) -> None:
        self._up = Direction(bits_per_second / 8, round_trip / 2)
        self._down = Direction(bits_per_second / 8, round_trip / 2)
        self._round_trip = round_trip
        self._window = max(128 * 1024, int(1.5 * bits_per_second / 8 * round_trip))

    async def open(self, target: int) -> int:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._connect(reader, writer, target)

        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)  # or the kernel's buffer hides the line
        await asyncio.start_server(connected, sock=listener, limit=CHUNK)
        return int(listener.getsockname()[1])

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        up, down = Pipe(self._up, self._window), Pipe(self._down, self._window)
        await asyncio.gather(
            up.fill(reader, self._round_trip),
            up.drain(far_writer),
            down.fill(far_reader, 0.0),
            down.drain(writer),
            return_exceptions=True,
        )


async def main(bits_per_second: float, round_trip: float, targets: list[int]) -> None:
    line = Line(bits_per_second, round_trip)
    ports = [await line.open(target) for target in targets]
    sys.stdout.write(f"{' '.join(map(str, ports))}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), float(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
