"""What releases are built from is pinned: every dependency, every hash, every action; and no index is named."""

import re
import tomllib
from pathlib import Path

import pytest

from bundling.clean_room import BUILD_REQUIREMENTS, REQUIREMENTS
from bundling.project import ROOT

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {plain(re.split(r"[<>=!~; \[]", line)[0]) for line in asked}
    pinned = {plain(name) for name in PINNED.findall(REQUIREMENTS.read_text("utf-8"))}
    assert names - pinned == set(), "run: uv run python packaging/pin.py"


@pytest.mark.parametrize("file", [REQUIREMENTS, BUILD_REQUIREMENTS], ids=lambda file: file.name)
def test_every_pin_has_hashes_and_no_index_is_named(file: Path) -> None:
    text = file.read_text("utf-8")
    pins = re.split(r"\n(?=[A-Za-z])", text.partition("\n")[2])
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_every_action_is_pinned_by_its_commit_and_says_which_version_that_is(workflow: Path) -> None:
    used = re.findall(r"uses: (.+)", workflow.read_text("utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in used), used


def test_a_workflow_may_do_nothing_but_what_its_jobs_name() -> None:
    assert all("\npermissions: {}\n" in workflow.read_text("utf-8") for workflow in WORKFLOWS)
