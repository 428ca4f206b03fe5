"""Collects the licence of everything in the bundle, for the folder `licences` and for the About window.

Called by build.py. Three kinds are bundled: packages with their metadata, Python itself, and (on Linux) libraries of
the system, whose licences the system's packages carry.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bundling import debian
from bundling.clean_room import REQUIREMENTS
from bundling.project import BUILD, PACKAGING, ROOT, output_of

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILD_TOOLS_INSIDE: Final = ("pyinstaller",)
"""Of the build's own tools, what ends in the bundle: the little program that starts it."""
LICENCES: Final = BUILD / "licences"
LIST: Final = BUILD / "components.json"
TEXTS: Final = PACKAGING / "licence_texts"
_LICENCE_FILE: Final = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_QT_NOTICE: Final = """Qt and Qt for Python (PySide6, Shiboken6) are used in this program under the GNU Lesser General
Public License, version 3 (LGPL-3.0.txt in this folder, with the GPL it builds on). They are separate shared libraries
in the folder PySide6: you may replace them by versions of your own with the same interface, and study and change the
program for that purpose. Their source is published by the Qt project (https://code.qt.io) for every released version;
Qt's own list of the third-party code inside it is at https://doc.qt.io/qt-6/licenses-used-in-qt.html.
"""


@dataclass(frozen=True, slots=True)
class Component:
    """One thing in the bundle: its licence in a few words; `kind` is package, library or interpreter."""

    name: str
    version: str
    licence: str
    kind: str = "package"


def collect(python: Path) -> list[Component]:
    """Write the licences of Python and all packages into `LICENCES`, and return what these are.

    Args:
        python: of the clean environment.
    """
    shutil.rmtree(LICENCES, ignore_errors=True)
    LICENCES.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", LICENCES / "uploader-gui.txt")
    for text in sorted(TEXTS.iterdir()):
        shutil.copy(text, LICENCES / text.name)
    (LICENCES / "Qt.txt").write_text(_QT_NOTICE, "utf-8")
    return [_python(python), *(_package(one) for one in _bundled(python))]


def collect_of_system(libraries: Iterable[Path]) -> list[Component]:
    """Add the licences of the system's packages that brought these files; nothing where it is no Debian."""
    found = []
    for package in sorted(debian.packages_of(libraries)):
        text = Path("/usr/share/doc") / package / "copyright"
        if text.exists():
            shutil.copy(text.resolve(), LICENCES / f"{package}.txt")
        found.append(Component(package, debian.version_of(package), "see its text", "library"))
    return found


def write_list(components: Iterable[Component]) -> None:
    """Write what the About window lists."""
    rows = sorted((asdict(one) for one in components), key=lambda row: str(row["name"]).lower())
    LIST.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _python(python: Path) -> Component:
    about = "import platform, sysconfig; print(platform.python_version()); print(sysconfig.get_path('stdlib'))"
    version, library = output_of(python, "-I", "-c", about).splitlines()
    for text in (Path(library) / "LICENSE.txt", Path(library).parent / "LICENSE.txt"):  # Windows keeps it above Lib
        if text.exists():
            shutil.copy(text, LICENCES / "Python.txt")
    return Component("Python", version, "PSF-2.0", "interpreter")


def _bundled(python: Path) -> list[Distribution]:
    """Return the packages of the environment that are pinned to go into the bundle."""
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", REQUIREMENTS.read_text("utf-8"), re.MULTILINE))
    names = {_plain(name) for name in (*pinned, *BUILD_TOOLS_INSIDE)}
    folder = output_of(python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    return [one for one in distributions(path=[folder]) if _plain(one.metadata["Name"]) in names]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _package(package: Distribution) -> Component:
    name = package.metadata["Name"]
    texts = [file for file in package.files or [] if _LICENCE_FILE.search(file.name) and ".dist-info" in str(file)]
    parts = [Path(str(file.locate())).read_text("utf-8", "replace") for file in texts if file.suffix != ".py"]
    licence = _short_licence(package)
    (LICENCES / f"{name}.txt").write_text("\n\n".join(parts) or f"{name}: {licence}\n", "utf-8")
    return Component(name, package.version, licence)


def _short_licence(package: Distribution) -> str:
    """Return the licence in a few words: the expression, else the classifier, else the first line of the field."""
    told = package.metadata.json
    classifiers = [str(one) for one in told.get("classifier", [])]
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    first_line = str(told.get("license", "")).partition("\n")[0]
    return str(told.get("license_expression", "")) or ", ".join(named) or first_line or "see its text"
