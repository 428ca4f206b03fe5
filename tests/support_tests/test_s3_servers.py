"""The real S3 servers take what AWS's own library signed, refuse the rest, and never outlive the test run."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.support.s3_servers import RcloneS3, S3Server, StartFailedError
from tests.support.server_environment import FIRST_USE, InstallFailedError, ServerEnvironment

pytestmark = FIRST_USE
ROOT = Path(__file__).parents[2]
BODY = b"x" * 300_000
PNG = {"Content-Type": "image/png"}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture(params=["rclone_s3", "swift_s3"])
def server(request: pytest.FixtureRequest) -> S3Server:
    server = request.getfixturevalue(request.param)
    assert isinstance(server, S3Server)
    return server


def test_a_signed_content_type_has_to_be_the_one_sent(server: S3Server, client: httpx.Client) -> None:
    url = server.presign("signed.png", "image/png")
    assert client.put(url, content=BODY).status_code == 403
    assert client.put(url, content=BODY, headers={"Content-Type": "image/gif"}).status_code == 403
    assert client.put(url, content=BODY, headers=PNG).status_code == 200


@pytest.mark.parametrize("kind", ["RcloneS3", "SwiftS3"])
def test_it_dies_with_a_test_run_that_was_killed(tmp_path: Path, kind: str) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.support.s3_servers import *\n"
        f"server = {kind}(Path({str(tmp_path)!r})); server.start(); print(server.endpoint, flush=True)\n"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout
        port = int(run.stdout.readline().decode().rpartition(":")[2])
        os.kill(run.pid, signal.SIGKILL)
        _wait_until_nobody_listens(port)


def _wait_until_nobody_listens(port: int) -> None:
    """Hold a connection until its end, as often as one is accepted: a server may outlive some of its connections."""
    with suppress(ConnectionRefusedError):
        while True:
            with suppress(ConnectionResetError), socket.create_connection(("127.0.0.1", port), timeout=60) as witness:
                witness.recv(1)


class _Broken(RcloneS3):
    def _command(self, folder: Path) -> list[str]:
        return [sys.executable, "-c", "raise SystemExit('no disk')"]


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(StartFailedError, match="no disk"):
        _Broken(tmp_path).start()


def test_an_install_that_fails_says_why_and_leaves_nothing_behind(
    tmp_path: Path, outer_environment: dict[str, str]
) -> None:
    broken = ServerEnvironment("broken", (str(tmp_path / "no-such-wheel.whl"),), outer_environment, tmp_path / "c")
    with pytest.raises(InstallFailedError, match="no-such-wheel"):
        broken.program("python")
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["lock.sqlite"]
