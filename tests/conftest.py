"""What every test gets: no screen, a home of its own, a keyring in memory, servers on loopback, watched logs."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
import threading
from contextlib import closing, suppress
from functools import partialmethod
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

# Before anything imports Qt or keyring. A test run on a real display sets QT_QPA_PLATFORM itself.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "true"  # each start would look for some among the packages of a developer
os.environ["PYTHON_KEYRING_BACKEND"] = "tests.support.memory_keyring.MemoryKeyring"

import hypothesis
import keyring
import pytest
from pytestqt.qtbot import QtBot

from tests.support import fonts
from tests.support.certificates import CertificateAuthority
from tests.support.files import Files
from tests.support.log_watch import ExpectedLogs
from tests.support.memory_keyring import MemoryKeyring
from tests.support.scripted_storage import ScriptedStorage
from tests.support.signals import hear_signals
from tests.support.strict_api import StrictApi
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.i18n import ENGLISH, use_language
from uploader_gui.platform.display import find_obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

    from tests.support.s3_servers import RcloneS3, SwiftS3

ROOT = Path(__file__).parent.parent
THREAD_PATIENCE = 30.0
QT_PATIENCE = 60_000
MUCH_GARBAGE = 100_000
"""New objects after which a test is followed by a collection."""
MOST_PROCESSES = 5
"""Some tests measure seconds: more would have to wait for each other's disk."""
LONG_FOLDERS = {"e2e", "faults", "program", "support_tests"}
"""Their tests start programs or wait; at the end of a run one of them would leave all workers but one idle."""

# No other examples than on the machine of who wrote a change, and no limit of time for one of them.
hypothesis.settings.register_profile(
    "the same on every machine",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("the same on every machine")


@pytest.hookimpl(tryfirst=True)  # before pytest-qt imports Qt, and ends with a traceback
def pytest_configure(config: pytest.Config) -> None:
    """Name what a bare system lacks for Qt, and keep bytecode where the shell keeps none: else programs compile all."""
    obstacle = find_obstacle()
    if obstacle is not None:
        pytest.exit(obstacle.text, pytest.ExitCode.USAGE_ERROR)
    hear_signals()
    gc.disable()  # what is imported and collected stays; `garbage_of_one_thread` does it from then on
    if not sys.dont_write_bytecode:
        return
    sys.pycache_prefix, sys.dont_write_bytecode = str(ROOT / ".cache" / "bytecode"), False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # `python -B` says it without


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Import the tests, each worker beginning elsewhere: three that rewrite the same asserts take thrice the time."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sorted(ROOT.glob("tests/*/test_*.py"))]
    begin = len(names) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for name in names[begin:] + names[:begin]:
        with suppress(Exception):  # it is told when the file is collected
            importlib.import_module(name)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run all tests in processes side by side, and what is named alone in this one; `-n` says otherwise."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return min((os.cpu_count() or 1) + 2, MOST_PROCESSES) if whole else 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with as many long tests: it gets a row of neighbours, and takes others' last ones later.

    Those of Swift, a server of five processes, come first and together: else up to three workers start one.
    """
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    files = sorted({item.path for item in items}, key=lambda path: (path.parent.name not in LONG_FOLDERS, path))
    places = {path: (number % workers, number) for number, path in enumerate(files)}
    if workers > 1:
        items.sort(key=lambda item: (-1, 0) if "swift_s3" in item.nodeid else places[item.path])


@pytest.fixture(scope="session", autouse=True)
def same_look_everywhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let Qt have our fonts, and nothing of the person's own: a scale, a style or a theme makes other windows."""
    for name in [name for name in os.environ if name.startswith("QT_") and name not in {"QT_QPA_PLATFORM", "QT_API"}]:
        del os.environ[name]
    os.environ["FONTCONFIG_FILE"] = str(fonts.configuration(tmp_path_factory.mktemp("fonts")))


@pytest.fixture(scope="session", autouse=True)
def strangers_trusted(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Trust one authority that signs nothing: each engine and program reads all those of the system, for 40 ms."""
    os.environ["SSL_CERT_FILE"] = str(CertificateAuthority(tmp_path_factory.mktemp("strangers")).pem)


@pytest.fixture(scope="session")
def outer_environment() -> dict[str, str]:
    """Give the environment the run was started in, for what is installed or started once for all tests."""
    return dict(os.environ)


class PatientBot(QtBot):
    """Gives up only when a busy machine cannot be the reason; five seconds say little there."""

    waitActive = partialmethod(QtBot.waitActive, timeout=QT_PATIENCE)  # noqa: N815 - pytest-qt's names
    waitExposed = partialmethod(QtBot.waitExposed, timeout=QT_PATIENCE)  # noqa: N815 - as above
    waitSignal = partialmethod(QtBot.waitSignal, timeout=QT_PATIENCE)  # noqa: N815 - as above
    waitSignals = partialmethod(QtBot.waitSignals, timeout=QT_PATIENCE)  # noqa: N815 - as above
    waitUntil = partialmethod(QtBot.waitUntil, timeout=QT_PATIENCE)  # noqa: N815 - as above


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(scope="session", autouse=True)
def no_garbage_among_the_tests() -> None:
    """Leave what was collected and imported out of each search for garbage: it is ten times what a test makes."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def garbage_of_one_thread() -> Iterator[None]:
    """Collect garbage here alone, as the window does: another thread would destroy Qt's objects under its feet."""
    gc.disable()
    yield
    if gc.get_count()[0] > MUCH_GARBAGE:
        gc.collect()


@pytest.fixture(autouse=True)
def no_window_left() -> Iterator[None]:
    """Delete what Qt is to delete later: no loop of its runs between two tests, and each window left slows the next."""
    yield
    if core := sys.modules.get("PySide6.QtCore"):
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)


@pytest.fixture(autouse=True)
def expected_logs() -> Iterator[ExpectedLogs]:
    """Fail the test when the program, asyncio or qasync warned of something the test did not `allow()`."""
    logs = ExpectedLogs()
    logs.watch()
    yield logs
    logs.unwatch()
    if stray := logs.stray():
        pytest.fail("unexpected log records:\n" + "\n".join(stray), pytrace=False)


@pytest.fixture(autouse=True)
def no_language_left() -> Iterator[None]:
    """Speak English to the next test, also where this one failed before it did so itself."""
    yield
    use_language(ENGLISH)


@pytest.fixture(autouse=True)
def no_log_left() -> Iterator[None]:
    """Close the log a test began, and hear of crashes as before it."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    before = list(root.handlers)
    yield
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail the test when a thread that holds up the program's end outlives it."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(THREAD_PATIENCE)
    if names := [thread.name for thread in left if thread.is_alive()]:
        pytest.fail(f"threads left running: {names}", pytrace=False)


@pytest.fixture(scope="session")
def short_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give folder after folder; a test's own name in a path may be more than a socket's address holds."""
    return (tmp_path_factory.mktemp(str(number), numbered=False) for number in count())


@pytest.fixture
def tmp_path(short_folders: Iterator[Path]) -> Path:
    return next(short_folders)


@pytest.fixture(autouse=True)
def person(outer_environment: dict[str, str], short_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test (and what it starts) an empty home, no settings of the caller's, no proxy; give that home."""
    home = next(short_folders)
    for name in outer_environment:
        if name.startswith("UPLOADER_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name, folder in (
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_CACHE_HOME", ".cache"),
    ):
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)  # nobody's desktop is asked to stay awake
    monkeypatch.setenv("UPLOADER_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # programs the tests start find the keyring above
    return home


@pytest.fixture(autouse=True)
def memory_keyring() -> MemoryKeyring:
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    return ring


@pytest.fixture(scope="session")
def decoder() -> Iterator[PictureDecoder]:
    """Decode pictures in a process of its own, one for the whole run."""
    with closing(PictureDecoder()) as one:
        yield one


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def scripted_storage() -> Iterator[ScriptedStorage]:
    """Take presigned PUTs, and fail on command; what no client may send to storage fails the test."""
    with ScriptedStorage() as storage:
        yield storage
    assert storage.violations == []


@pytest.fixture
def strict_api(scripted_storage: ScriptedStorage) -> Iterator[StrictApi]:
    """Play the service in front of `scripted_storage` (keys: anomaly/uploadId); a violation fails the test."""
    with StrictApi(lambda upload, anomaly: scripted_storage.url_for(f"{anomaly}/{upload['uploadId']}")) as api:
        yield api
    assert api.violations == []


@pytest.fixture(scope="session")
def rclone_s3(outer_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RcloneS3]:
    from tests.support.s3_servers import RcloneS3  # noqa: PLC0415 - botocore loads only where it is needed

    with RcloneS3(tmp_path_factory.mktemp("rclone"), outer_environment) as server:
        yield server


@pytest.fixture(scope="session")
def swift_s3(outer_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftS3]:
    """Run OpenStack Swift's S3 server: the strictest there is."""
    from tests.support.s3_servers import SwiftS3  # noqa: PLC0415 - botocore loads only where it is needed

    with SwiftS3(tmp_path_factory.mktemp("swift"), outer_environment) as server:
        yield server
