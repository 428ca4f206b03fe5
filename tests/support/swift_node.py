"""OpenStack Swift with its S3 front on loopback, all in one folder: `swift_node.py FOLDER PORT SECRET REGION`.

Run with the Python of Swift's own environment; it imports nothing of ours. Account, container, object and proxy
server are a process each, and all end with this one's standard input. The key id is always `test:tester`.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>: the signal to get when the parent ends
STORES = ("account", "container", "object")
FILTERS = (
    *("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "bulk", "s3api", "tempauth"),
    *("copy", "slo", "dlo", "versioned_writes"),
)
# On a busy machine a store that is slow to connect to is no reason for a 503, nor to shun it from then on.
PATIENT = "conn_timeout = 10\nnode_timeout = 60\nerror_suppression_limit = 1000000\n"


def main(folder: Path, port: int, secret: str, region: str) -> int:
    """Write the configuration, run the four servers until one of them ends; return the exit status."""
    settings = folder / "etc"
    settings.mkdir(parents=True)
    (folder / "srv" / "d1").mkdir(parents=True)
    _write_node(settings)
    for role in STORES:
        _write_store(folder, role)
    _write_proxy(settings, port, secret, region)
    servers = [_start(settings, role) for role in (*STORES, "proxy")]
    threading.Thread(target=_stop_with_input, args=(servers,), daemon=True).start()
    _wait_for_any(servers)
    _stop(servers)
    return max(abs(server.wait()) for server in servers)


def serve(settings: Path, role: str) -> None:
    """Be one of the four servers, until killed: on Linux also by the end of the process that started it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # By name, for these live only in Swift's own environment: no checker of ours sees them.
    import_module("swift.common.utils").set_swift_dir(str(settings))
    import_module("swift.common.wsgi").run_wsgi(str(settings / f"{role}-server.conf"), f"{role}-server", verbose=True)


def _start(settings: Path, role: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--serve", str(settings), role], stdin=subprocess.DEVNULL)


def _stop_with_input(servers: list[subprocess.Popen[bytes]]) -> None:
    sys.stdin.buffer.read()
    _stop(servers)


def _stop(servers: list[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        server.terminate()


def _wait_for_any(servers: list[subprocess.Popen[bytes]]) -> None:
    """Return as soon as one of them has ended."""
    ended = threading.Event()

    def watch(server: subprocess.Popen[bytes]) -> None:
        server.wait()
        ended.set()

    for server in servers:
        threading.Thread(target=watch, args=(server,), daemon=True).start()
    ended.wait()


def _write_node(settings: Path) -> None:
    (settings / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = sfx\nswift_hash_path_prefix = pfx\n"
        "[storage-policy:0]\nname = gold\ndefault = yes\n"
    )


def _common(settings: Path) -> str:
    return (
        f"bind_ip = {HOST}\nworkers = 0\nswift_dir = {settings}\nuser = {_user()}\n"
        "log_level = WARNING\nlog_address = /dev/null\n"
    )


def _user() -> str:
    """Swift drops to this user when it is root; it stays who it is."""
    return str(import_module("pwd").getpwuid(os.getuid()).pw_name)


def _write_store(folder: Path, role: str) -> None:
    """Write one store's configuration, and the ring that tells the proxy where it is."""
    settings, port = folder / "etc", _free_port()
    (settings / f"{role}-server.conf").write_text(
        f"[DEFAULT]\ndevices = {folder / 'srv'}\nmount_check = false\nbind_port = {port}\n{_common(settings)}"
        f"[pipeline:main]\npipeline = {role}-server\n[app:{role}-server]\nuse = egg:swift#{role}\n"
    )
    ring = import_module("swift.common.ring").RingBuilder(4, 1, 0)
    place = {"id": 0, "region": 1, "zone": 1, "device": "d1", "weight": 100, "meta": ""}
    ring.add_dev(place | {"ip": HOST, "port": port, "replication_ip": HOST, "replication_port": port})
    ring.rebalance()
    ring.get_ring().save(str(settings / f"{role}.ring.gz"))


def _write_proxy(settings: Path, port: int, secret: str, region: str) -> None:
    options = {
        "s3api": f"location = {region}\nauth_pipeline_check = false\n",
        "tempauth": f"user_test_tester = {secret} .admin\n",
        "versioned_writes": "allow_versioned_writes = true\n",
    }
    filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n{options.get(name, '')}" for name in FILTERS)
    (settings / "proxy-server.conf").write_text(
        f"[DEFAULT]\nbind_port = {port}\n{_common(settings)}"
        f"[pipeline:main]\npipeline = {' '.join(FILTERS)} proxy-server\n"
        f"[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n{PATIENT}{filters}"
    )


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(Path(sys.argv[2]), sys.argv[3])
    else:
        sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
