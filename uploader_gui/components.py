"""The components of the program: names, versions, licences, and the folder of the licences' texts.

A bundle contains a list made when it was built; from source, the installed packages are read.
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
    """One component; `licence` is a name or an SPDX expression."""

    name: str
    version: str
    licence: str


def components() -> list[Component]:
    """Return all components, sorted by name. Reads files."""
    try:
        rows = json.loads(find_resource("components.json").read_text("utf-8"))
    except FileNotFoundError:
        return sorted(_installed(), key=lambda one: one.name.lower())
    return [Component(row["name"], row["version"], row["licence"]) for row in rows]


def licences_folder() -> Path | None:
    """Return the folder of the licences' texts, None where the program runs from source."""
    program = Path(sys.executable).resolve().parent
    inside = Path(getattr(sys, "_MEIPASS", program))
    places = (program / "licences", program.parent / "licences", inside / "licences", Path("/usr/share/doc") / OURS)
    found = (place for place in places if place.is_dir())
    return next(found, None) if getattr(sys, "frozen", False) else None


def _installed() -> list[Component]:
    """Return Python and the installed packages that the program requires."""
    found = [Component("Python", platform.python_version(), "PSF-2.0")]
    for name in _required_names():
        try:
            found.append(_component(distribution(name)))
        except PackageNotFoundError:
            continue
    return found


def _required_names() -> set[str]:
    try:
        required = distribution(OURS).requires or []
    except PackageNotFoundError:  # started from a folder that was never installed
        return set()
    return {name[0] for line in required if (name := re.match(r"[\w.-]+", line))}


def _component(package: Distribution) -> Component:
    facts = package.metadata.json
    classifiers = [str(one).rpartition(" :: ")[2] for one in facts.get("classifier", []) if "License ::" in str(one)]
    first_line = str(facts.get("license", "")).partition("\n")[0]
    licence = str(facts.get("license_expression", "")) or ", ".join(classifiers) or first_line
    return Component(package.metadata["Name"], package.version, licence)
