"""The fixtures that tests of the fault matrix begin with."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.running import Run, World
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi


@pytest.fixture
def world(strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path) -> World:
    return World(strict_api, scripted_storage, files, tmp_path)


@pytest.fixture
def small_world(files: Files, tmp_path: Path) -> Iterator[World]:
    """A storage that takes little ahead: a stall shows early, and a file's end is read long after its PUT has begun."""
    with (
        ScriptedStorage(receive_buffer=64 * 1024) as storage,
        StrictApi(lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}")) as api,
    ):
        yield World(api, storage, files, tmp_path)
    assert (storage.violations, api.violations) == ([], [])


@pytest.fixture
async def run(world: World) -> AsyncIterator[Run]:
    """An engine with the usual options and short waits; it leaves before the servers do."""
    async with world.engine() as started:
        yield started
