"""The registration call played on loopback, in a process of its own: small, fast, answers after a set time.

Started by `receiver.py` as `python -m tests.bench.api_server DELAY STORAGE_URL LOG`; prints its port. Each call's
arrival and answer go into LOG, one line each, by `time.time()`.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TextIO

QUERY = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=BENCH%2F20260101%2Feu-west-3%2Fs3%2Faws4_request"
    "&X-Amz-Date={date}&X-Amz-Expires=3600&X-Amz-SignedHeaders=content-type%3Bhost&X-Amz-Signature={signature}"
)


class Registration(asyncio.Protocol):
    """One connection: requests one after the other; those without a body are refused."""

    def __init__(self, delay: float, storage: str, log: TextIO) -> None:
        self._delay = delay
        self._storage = storage
        self._log = log
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._waiting += data
        head, gap, rest = self._waiting.partition(b"\r\n\r\n")
        if not gap:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if not length:  # a look at an anomaly, a call that the gateway does not know
            self._waiting = rest
            self._transport.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        elif len(rest) >= length:
            self._waiting = rest[length:]
            asyncio.get_running_loop().call_later(self._delay, self._answer, rest[:length], time.time())

    def _answer(self, body: bytes, arrived: float) -> None:
        assert self._transport is not None
        asked = json.loads(body)
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        query = QUERY.format(date=date, signature="0" * 64)
        uploads = [
            {"uploadId": one["uploadId"], "id": "1", "presignedUrl": f"{self._storage}/{one['uploadId']}?{query}"}
            for one in asked
        ]
        answer = json.dumps({"uploads": uploads}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        self._transport.write(head.encode() + answer)
        self._log.write(f"{arrived:.6f} {time.time():.6f} {len(asked)}\n")
        self._log.flush()


async def main(delay: float, storage: str, log: Path) -> None:
    with log.open("a") as lines:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Registration(delay, storage, lines), "127.0.0.1", 0)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
