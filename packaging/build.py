"""Makes what people install, for the system it runs on, into `dist`: `python packaging/build.py`.

On Linux a folder, `.tar.xz` and `.deb` (an AppImage where its tool is); on Windows a folder with two programs and a
ZIP, whose installers are made on Linux (`--installer-of`); on macOS an `.app` and a disk image. Beside them
checksums and what is inside.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

from bundling import bill, checksums, clean_room, freeze, licences, linux, macos, windows
from bundling.project import BUNDLE, DIST, LINUX, MACOS, NAME, WINDOWS, version


def main() -> int:
    """Build, and say what was made, how large it is and how long it took."""
    given = _arguments()
    if given.installer_of:
        return 0 if windows.installer_of(given.installer_of) else 1
    began = time.monotonic()
    shutil.rmtree(DIST, ignore_errors=True)
    python = clean_room.python_in(clean_room.FOLDER) if given.same_environment else clean_room.make()
    inside = licences.collect(python)
    licences.write_list(inside)
    frozen = freeze.freeze(python)
    if LINUX:
        inside += licences.collect_of_system(linux.system_libraries())
    folder = _lay_out(frozen)
    bill.write(inside, DIST / f"{NAME}-{version()}.cdx.json")
    made = [] if given.folder_only else _package(quick=given.quick)
    checksums.write(DIST)
    print(f"{folder}: {_size(folder):.1f} MB")
    for file in made:
        print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")
    print(f"built in {time.monotonic() - began:.0f} s")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder-only", action="store_true", help="leave out archives and installers")
    parser.add_argument("--quick", action="store_true", help="compress less, for a check that is not published")
    parser.add_argument("--same-environment", action="store_true", help="use the environment of the build before")
    parser.add_argument(
        "--installer-of",
        metavar="ZIP",
        type=Path,
        help="only make the Windows installers of this ZIP (needs Debian's NSIS and wixl)",
    )
    return parser.parse_args()


def _lay_out(frozen: Path) -> Path:
    """Copy what PyInstaller made to where it is packed from, with the licences; return the place."""
    if MACOS:  # the licences are inside already: nothing may be added to a signed app
        app = DIST / f"{NAME}.app"
        shutil.copytree(frozen.with_name(app.name), app, symlinks=True)
        return app
    if LINUX:
        linux.lay_out(frozen)
    else:
        shutil.copytree(frozen, BUNDLE)
    shutil.copytree(licences.LICENCES, BUNDLE / "licences")
    return BUNDLE


def _package(*, quick: bool) -> list[Path]:
    if LINUX:
        return linux.package(quick=quick)
    return windows.package() if WINDOWS else macos.package(DIST / f"{NAME}.app")


def _size(folder: Path) -> float:
    """Return a folder's size in MB, links not followed."""
    return sum(file.lstat().st_size for file in folder.rglob("*")) / 1e6


if __name__ == "__main__":
    sys.exit(main())
