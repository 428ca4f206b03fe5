"""What the program is made of: names, versions, licences, and where the licences' texts lie. Asked by the About window.

A bundle carries a list made when it was built; from source, the installed packages themselves are asked.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.paths import find_resource

if TYPE_CHECKING:
    from importlib.metadata import Distribution

OURS = "uploader-gui"


@dataclass(frozen=True, slots=True)
class Component:
    """One thing in the program; `licence` is a name or an SPDX expression."""

    name: str
    version: str
    licence: str


def components() -> list[Component]:
    """Give everything, by name. Reads files: not for every paint."""
    try:
        rows = json.loads(find_resource("components.json").read_text("utf-8"))
    except FileNotFoundError:
        return sorted(_installed(), key=lambda one: one.name.lower())
    return [Component(row["name"], row["version"], row["licence"]) for row in rows]


def licences_folder() -> Path | None:
    """Give the folder of the licences' texts, None where the program runs from source."""
    program = Path(sys.executable).resolve().parent
    inside = Path(getattr(sys, "_MEIPASS", program))
    places = (program / "licences", program.parent / "licences", inside / "licences", Path("/usr/share/doc") / OURS)
    found = (place for place in places if place.is_dir())
    return next(found, None) if getattr(sys, "frozen", False) else None


def _installed() -> list[Component]:
    """Give Python and what the program itself asks for, as far as it is installed."""
    found = [Component("Python", platform.python_version(), "PSF-2.0")]
    for name in _asked_for():
        try:
            found.append(_component(distribution(name)))
        except PackageNotFoundError:
            continue
    return found


def _asked_for() -> set[str]:
    try:
        asked = distribution(OURS).requires or []
    except PackageNotFoundError:  # started from a folder that was never installed
        return set()
    return {name[0] for line in asked if (name := re.match(r"[\w.-]+", line))}


def _component(package: Distribution) -> Component:
    told = package.metadata.json
    classifiers = [str(one).rpartition(" :: ")[2] for one in told.get("classifier", []) if "License ::" in str(one)]
    first_line = str(told.get("license", "")).partition("\n")[0]
    licence = str(told.get("license_expression", "")) or ", ".join(classifiers) or first_line
    return Component(package.metadata["Name"], package.version, licence)
