"""What the smoke tests of the built Linux bundle get: a screen, a service on loopback, files, a place for pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from smoke.screen import Screen
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
DIST = ROOT / "dist"


def pytest_xdist_auto_num_workers() -> int:
    """Return that they run one after the other: they share a screen, and a system the package is installed in."""
    return 0


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """Give a screen with a window manager."""
    with Screen(tmp_path_factory.mktemp("screen")) as made:
        yield made


@pytest.fixture
def storage() -> Iterator[ScriptedStorage]:
    """Give a storage that no attempt may treat badly."""
    with ScriptedStorage() as made:
        yield made
    assert made.violations == []


@pytest.fixture
def api(storage: ScriptedStorage) -> Iterator[StrictApi]:
    """Give the service; what it hands out leads to that storage."""
    with StrictApi(
        lambda upload, anomaly_id: storage.url_for(
            f"{anomaly_id}/{upload['uploadId']}/{upload['name']}", content_type=upload["mimeType"]
        )
    ) as made:
        yield made
    assert made.violations == []


@pytest.fixture
def given(api: StrictApi) -> dict[str, str]:
    """Give what the program has to be told of that service."""
    bearer, session = api.tokens
    return {"UPLOADER_API_URL": api.url, "UPLOADER_BEARER_TOKEN": bearer, "UPLOADER_SESSION_TOKEN": session}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Give a maker of evidence."""
    return Files(tmp_path / "evidence")


@pytest.fixture
def bundle() -> Path:
    """Give the folder that `packaging/build.py` made."""
    folder = DIST / "uploader-gui"
    assert folder.is_dir(), "build first: python packaging/build.py"
    return folder


@pytest.fixture
def pictures() -> Path:
    """Give where pictures for people are kept."""
    return ROOT / "artifacts"
