"""The fixture that every test of the fault matrix begins with."""

from pathlib import Path

import pytest

from tests.faults.running import World
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi


@pytest.fixture
def world(strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path) -> World:
    return World(strict_api, scripted_storage, files, tmp_path)
