"""The bill of materials beside a release, in CycloneDX 1.6: what is inside the bundle. Called by build.py.

Source of the form: the CycloneDX specification 1.6 (ECMA-424) and the package URL specification.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from bundling.project import NAME, version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bundling.licences import Component

_WHERE: Final = {"package": "pypi", "library": "deb/debian", "interpreter": "generic"}


def write(components: Iterable[Component], file: Path) -> None:
    """Write the bill of these components."""
    rows = [_entry(one) for one in sorted(components, key=lambda one: one.name.lower())]
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"timestamp": datetime.now(UTC).isoformat(timespec="seconds"), "component": _program()},
        "components": rows,
        "dependencies": [{"ref": NAME, "dependsOn": [row["bom-ref"] for row in rows]}],
    }
    file.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _program() -> dict[str, Any]:
    licence = [{"license": {"id": "MIT"}}]
    return {"type": "application", "bom-ref": NAME, "name": NAME, "version": version(), "licenses": licence}


def _entry(component: Component) -> dict[str, Any]:
    name, release = quote(component.name.lower(), safe=""), quote(component.version, safe="")
    address = f"pkg:{_WHERE[component.kind]}/{name}@{release}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": component.name,
        "version": component.version,
        "purl": address,
        "licenses": [{"license": {"name": component.licence}}],
    }
