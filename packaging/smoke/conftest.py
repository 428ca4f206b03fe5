"""What the smoke tests get: the built program, a screen, a service on loopback, files, a place for pictures.

The program is the Linux bundle, or with `--wine FOLDER` the Windows one, installed in what `packaging/wine/run.py` made
there. `test_program.py` is for both.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from smoke.program import Built
from smoke.screen import Screen
from smoke.under_wine import UnderWine, Windows
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.signals import hear_signals
from tests.support.strict_api import StrictApi
from wine.machine import Wine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
DIST = ROOT / "dist"
_ON_LINUX = ("test_bundle.py", "test_debian_package.py")
_ON_WINDOWS = "test_windows"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--wine", metavar="FOLDER", type=Path, help="test the Windows program built in this folder")


def pytest_configure() -> None:
    hear_signals()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    on_windows = config.getoption("--wine") is not None
    name = collection_path.name
    return True if (name in _ON_LINUX if on_windows else name.startswith(_ON_WINDOWS)) else None


@pytest.fixture(scope="session")
def bare_windows(request: pytest.FixtureRequest, screen: Screen) -> Iterator[Windows]:
    """Yield a Windows with the installer in it; what tests have installed is removed before and after them."""
    folder: Path = request.config.getoption("--wine")
    (setup,) = (folder / "project" / "dist").glob("*-setup.exe")
    with Wine(folder, screen.display) as wine:
        running = Windows(wine, setup)
        running.clean()
        yield running
        running.clean()


@pytest.fixture(scope="module")
def windows(bare_windows: Windows) -> Windows:
    """Return a Windows with the program installed by its installer, whatever the tests before have left."""
    bare_windows.have_installed()
    return bare_windows


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest) -> Callable[..., Built]:
    """Return what makes one way to start the program: its folder, and variables for its environment."""
    if request.config.getoption("--wine") is None:
        return partial(Built, [str(DIST / "uploader-gui" / "uploader-gui")])
    return partial(UnderWine, request.getfixturevalue("windows"))


@pytest.fixture
def program(built: Callable[..., Built], screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[Built]:
    """Yield the program with a screen and a service."""
    made = built(tmp_path / "person", DISPLAY=screen.display, **given)
    yield made
    made.end_all()


def pytest_xdist_auto_num_workers() -> int:
    """Return that they run one after the other: they share a screen, and a system the package is installed in."""
    return 0


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """Yield a screen with a window manager."""
    with Screen(tmp_path_factory.mktemp("screen")) as made:
        yield made


@pytest.fixture
def storage() -> Iterator[ScriptedStorage]:
    """Yield a storage that no attempt may treat badly."""
    with ScriptedStorage() as made:
        yield made
    assert made.violations == []


@pytest.fixture
def api(storage: ScriptedStorage) -> Iterator[StrictApi]:
    """Yield the service; what it hands out leads to that storage."""
    with StrictApi(
        lambda upload, anomaly_id: storage.url_for(
            f"{anomaly_id}/{upload['uploadId']}/{upload['name']}", content_type=upload["mimeType"]
        )
    ) as made:
        yield made
    assert made.violations == []


@pytest.fixture
def given(api: StrictApi) -> dict[str, str]:
    """Return what the program has to be told of that service."""
    bearer, session = api.tokens
    return {"UPLOADER_API_URL": api.url, "UPLOADER_BEARER_TOKEN": bearer, "UPLOADER_SESSION_TOKEN": session}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return a maker of evidence."""
    return Files(tmp_path / "evidence")


@pytest.fixture
def bundle() -> Path:
    """Return the folder that `packaging/build.py` made."""
    folder = DIST / "uploader-gui"
    assert folder.is_dir(), "build first: python packaging/build.py"
    return folder


@pytest.fixture
def pictures() -> Path:
    """Return where pictures for people are kept."""
    return ROOT / "artifacts"
