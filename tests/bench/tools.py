"""What the program is compared with: curl in parallel, openssl hashing beside it, bare httpx."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.process import Begun, Cost, begin, finish, run
from tests.bench.receiver import Receiver


def curl(receiver: Receiver, paths: Sequence[Path], slots: int) -> Cost:
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as config:
        return finish(_curl(receiver, paths, slots, config.name))


def curl_and_hashes(receiver: Receiver, paths: Sequence[Path], slots: int) -> Cost:
    """Send files with curl, while openssl makes MD5 and SHA-256 of the same files: the program's promise with tools."""
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as config:
        sending = _curl(receiver, paths, slots, config.name)
        md5, sha256 = (begin(["openssl", "dgst", option, *paths]) for option in ("-md5", "-sha256"))
        return finish(sending) + finish(md5) + finish(sha256)


def bare_httpx(receiver: Receiver, paths: Sequence[Path], slots: int) -> Cost:
    """Send files with a bare httpx client (and sniffio): no hashes, no journal, no registration."""
    command: list[str | Path] = [sys.executable, "-m", "tests.bench.bare_httpx", receiver.storage]
    command += [receiver.authority.pem, str(slots)]
    return run([*command, *(paths if len(paths) < 100 else {path.parent for path in paths})])  # they lie in one folder


def _curl(receiver: Receiver, paths: Sequence[Path], slots: int, config: str) -> Begun:
    lines = [
        f'upload-file = "{path}"\nurl = "{receiver.storage}/bench/{path.name}"\noutput = /dev/null\n' for path in paths
    ]
    Path(config).write_text("".join(lines))
    how = ("--silent", "--show-error", "--fail", "--http1.1", "--parallel", "--parallel-max", str(slots))
    return begin(["curl", *how, "--cacert", receiver.authority.pem, "--config", config])
