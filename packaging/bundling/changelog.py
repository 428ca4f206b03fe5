"""What CHANGELOG says of a version: its day, and the notes of its release. Called by debian.py and check.py."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Final

from bundling.project import ROOT

CHANGELOG: Final = ROOT / "CHANGELOG.md"


@dataclass(frozen=True)
class Section:
    """One version: `day` as YYYY-MM-DD, `notes` as Markdown without the heading."""

    day: str
    notes: str


def section(number: str, changelog: str | None = None) -> Section:
    """Return a version's section; end the build where there is none, or an empty one."""
    text = CHANGELOG.read_text("utf-8") if changelog is None else changelog
    heading = rf"^## \[{re.escape(number)}\] - (\d{{4}}-\d\d-\d\d)$"
    found = re.search(heading, text, re.MULTILINE)
    notes = "" if found is None else re.split(r"^## ", text[found.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip()
    if found is None or not notes:
        sys.exit(f"CHANGELOG.md says nothing of {number}: it wants a section “## [{number}] - YYYY-MM-DD”")
    return Section(found[1], notes)
