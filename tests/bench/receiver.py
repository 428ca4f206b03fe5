"""Where the bench sends to: nginx answering as S3 does, into memory, over TLS; and the API beside it.

Used by every row that sends. Times are taken from what the two wrote down, never from the sender.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.support.certificates import CertificateAuthority

ROOT = Path(__file__).parents[2]
NGINX = """
user root; worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    log_format times '$msec $request_time $status $content_length $connection_requests $connection_time';
    access_log {folder}/puts.log times;
    client_max_body_size 6g; client_body_buffer_size 128k; client_body_in_file_only clean;
    client_body_temp_path {memory}/bodies; proxy_temp_path {folder}/proxy;
    keepalive_requests 1000000; keepalive_timeout 600s;
    upstream answer {{ server unix:{folder}/answer.sock; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {chain}; ssl_certificate_key {key};
        location / {{
            proxy_pass http://answer; proxy_pass_request_body off; proxy_set_header Content-Length "";
            proxy_http_version 1.1; proxy_set_header Connection "";
        }}
    }}
    server {{
        listen unix:{folder}/answer.sock; access_log off;
        add_header ETag '"0123456789abcdef0123456789abcdef-1"'; add_header x-amz-server-side-encryption "aws:kms";
        location / {{ return 200 ""; }}
    }}
}}
"""


@dataclass(frozen=True, slots=True, order=True)
class Put:
    """One PUT as nginx saw it. Times are seconds since 1970; `connected` only where it opened its connection."""

    began: float
    ended: float
    status: int
    size: int
    connected: float | None


@dataclass(frozen=True, slots=True)
class Call:
    """One registration as the API saw it. Times are seconds since 1970."""

    arrived: float
    answered: float
    files: int


@dataclass(frozen=True, slots=True)
class Seen:
    calls: list[Call]
    puts: list[Put]

    @property
    def seconds(self) -> float:
        """Transfer time: from the first registration's arrival to the last PUT's answer."""
        return max(put.ended for put in self.puts) - min(call.arrived for call in self.calls)

    def check(self, files: int) -> None:
        """See that every file arrived once and was taken."""
        good = [put for put in self.puts if put.status == 200]
        assert len(good) == len(self.puts) == files, f"{len(good)} of {len(self.puts)} PUTs taken, {files} files"
        assert sum(call.files for call in self.calls) == files, self.calls


@dataclass(frozen=True, slots=True)
class Wires:
    """How the receiver is reached: `line` is (bits per second, round trip in seconds), None without a line."""

    api_delay: float = 0.0
    line: tuple[float, float] | None = None


class Receiver:
    """nginx, the API and, where asked for, the line before both."""

    def __init__(self, wires: Wires | None = None) -> None:
        self._wires = wires or Wires()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-receiver-")))
        memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else self._folder
        memory = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-bodies-", dir=memory)))
        self.authority = CertificateAuthority(self._folder)
        port = self._start_nginx(memory)
        self.storage = f"https://127.0.0.1:{port}"
        if self._wires.line:
            port = self._start_line(port)[0]
        api_port = self._start_api(f"https://127.0.0.1:{port}/bench")
        if self._wires.line:
            api_port = self._start_line(api_port)[0]
        self.api = f"http://127.0.0.1:{api_port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def forget(self) -> None:
        for name in ("puts.log", "calls.log"):
            (self._folder / name).open("w").close()

    def seen(self) -> Seen:
        time.sleep(0.05)  # nginx writes its log after the answer
        calls = [line.split() for line in (self._folder / "calls.log").read_text().splitlines()]
        puts = [line.split() for line in (self._folder / "puts.log").read_text().splitlines()]
        return Seen(
            [Call(float(arrived), float(answered), int(files)) for arrived, answered, files in calls],
            [_put(line) for line in puts],
        )

    def _start_nginx(self, memory: Path) -> int:
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if program is None:
            sys.exit("The bench needs nginx as its receiver: apt install nginx-light")
        port = _free_port()
        certificate = self.authority.server
        config = self._folder / "nginx.conf"
        config.write_text(
            NGINX.format(folder=self._folder, memory=memory, port=port, chain=certificate.chain, key=certificate.key)
        )
        self._spawn(program, "-p", str(self._folder), "-e", str(self._folder / "error.log"), "-c", str(config))
        _wait_for(port)
        return port

    def _start_api(self, storage: str) -> int:
        log = self._folder / "calls.log"
        told = self._spawn(
            sys.executable, "-m", "tests.bench.api_server", str(self._wires.api_delay), storage, str(log)
        )
        return int(told.readline())

    def _start_line(self, *targets: int) -> list[int]:
        assert self._wires.line
        rate, round_trip = self._wires.line
        told = self._spawn(
            sys.executable, "-m", "tests.bench.line", str(rate), str(round_trip), *(str(target) for target in targets)
        )
        return [int(port) for port in told.readline().split()]

    def _spawn(self, *command: str) -> IO[str]:
        process = self._stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        self._stack.callback(process.terminate)
        assert process.stdout
        return process.stdout


def _put(fields: list[str]) -> Put:
    ended, took, status, size, number, connected_for = fields
    end = float(ended)
    connected = end - float(connected_for) if number == "1" else None
    return Put(end - float(took), end, int(status), int(size), connected)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "nginx does not start"
            time.sleep(0.02)
        else:
            return
