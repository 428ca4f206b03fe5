"""The program in other people's locales, where the C library upper-cases, encodes and writes figures differently."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support import locales
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi

ROOT = Path(__file__).parents[2]
NAME = "Étage Iıİi ١٢ 1,5.txt"
BUILT = ("tr_TR.UTF-8", "ar_EG.UTF-8", "fr_FR.UTF-8", "fr_FR.ISO-8859-1")
SAID_BY_QT = (
    "This plugin does not support",
    # Where the locale's encoding is another than UTF-8:
    "Detected locale",
    "Qt depends on a UTF-8 locale",
    "If this causes problems",
    "for more information",
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows chooses a locale for the person, not a start")


@pytest.fixture(scope="session")
def built() -> dict[str, str]:
    return locales.built(*BUILT)


def sent(path: Path, api: StrictApi, report: Path, *options: str, **environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "uploader_gui", "-a", "4217", "--report", str(report), *options]
    ended = subprocess.run(
        [*map(str.encode, command), str(path).encode()],  # as it is on the disk, whatever the tests' own locale
        env=environment | api.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    said = ended.stderr.decode("utf-8", "replace").splitlines()
    assert (ended.returncode, [line for line in said if not line.startswith(SAID_BY_QT)]) == (0, [])
    (row,) = json.loads(report.read_text("utf-8"))["files"]
    return cast("dict[str, Any]", row)


@pytest.mark.parametrize(
    ("front", "locale"),
    [
        *(("window", one) for one in BUILT),
        pytest.param("window", "C", marks=locales.IN_ASCII),
        ("headless", "tr_TR.UTF-8"),
        ("headless", "fr_FR.ISO-8859-1"),
    ],
)
def test_the_program_sends_a_file_under_its_own_name_in_any_locale(  # noqa: PLR0917 - fixtures
    front: str,
    locale: str,
    built: dict[str, str],
    strict_api: StrictApi,
    scripted_storage: ScriptedStorage,
    files: Files,
    tmp_path: Path,
) -> None:
    how = ("--headless",) if front == "headless" else ("--start", "--quit-when-done")
    row = sent(files.make(NAME), strict_api, tmp_path / "receipt.json", *how, **locales.environment(locale, **built))
    assert (row["state"], row["name"], Path(row["path"]).name) == ("uploaded", NAME, NAME)
    assert [upload.name for upload in strict_api.registered] == [NAME]
    assert len(scripted_storage.objects) == 1


def test_no_property_of_qt_is_set_by_a_constructor_keyword() -> None:
    """PySide makes `interval=` a setter by the C library's upper-casing: in a Turkish locale that is `setİnterval`."""
    paths = [path for folder in ("uploader_gui", "tests", "packaging") for path in (ROOT / folder).rglob("*.py")]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(paths)}
    ours = {name for tree in trees.values() for name in _made_by_qt(tree)}
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}"
        for path, tree in trees.items()
        for call in _constructed_with_keywords(tree, ours)
    ]
    assert found == [], "set each by its own setter"


def _made_by_qt(tree: ast.Module) -> Iterator[str]:
    """Yield the name of each class of ours that leaves its making to one of Qt's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(map(_is_qt_class, node.bases)):
            methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
            yield from [] if "__init__" in methods else [node.name]


def _constructed_with_keywords(tree: ast.Module, ours: set[str]) -> Iterator[ast.Call]:
    """Yield each call with keywords that makes something of Qt's, or what a class of ours inherits from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.keywords and (_is_qt_class(node.func) or _name(node.func) in ours):
            yield node
        elif isinstance(node, ast.ClassDef) and any(map(_is_qt_class, node.bases)):
            calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call) and inner.keywords]
            yield from (call for call in calls if _name(call.func) == "__init__")


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_qt_class(node: ast.expr) -> bool:
    name = _name(node)
    return name[:1] == "Q" and name[1:2].isupper()
