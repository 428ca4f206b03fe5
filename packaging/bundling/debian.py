"""Which Debian package a file comes from, and the `.deb` itself. Called by licences.py and linux.py."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bundling import changelog
from bundling.project import BUILD, DIST, NAME, PACKAGING, RESOURCES, ROOT, output_of, run, version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DESKTOP_ENTRY: Final = PACKAGING / "linux" / f"{NAME}.desktop"
LINK_ENTRY: Final = PACKAGING / "linux" / f"{NAME}-link.desktop"
"""Opens links on the register's page; no menu shows it."""
METAINFO: Final = PACKAGING / "linux" / f"{NAME}.metainfo.xml"
IDENTIFIER: Final = "io.github.uploader_gui.uploader_gui"
"""AppStream's name of the program, as METAINFO has it."""
RENAMED: Final = {"libglib2.0-0": "libglib2.0-0t64 | libglib2.0-0"}
"""Newer Debian and Ubuntu gave some packages another name."""
ALWAYS: Final = ("fontconfig-config", "libxcb-cursor0")
"""Needed without being linked against: something has to say which fonts there are; Qt's X11 plugin is loaded late."""
_MAINTAINER: Final = "uploader-gui <uploader-gui@localhost>"
_CONTROL: Final = """Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size}
Depends: {depends}
Recommends: gnome-keyring | kwalletmanager | keepassxc, ca-certificates
Section: net
Priority: optional
Description: attach photos, reports and mails to an anomaly of a safety register
 Drop files on a window and watch each one arrive. A row says Uploaded only once
 the storage has confirmed exactly that file's bytes.
 .
 Runs on systems with glibc {glibc} or newer.
"""


def available() -> bool:
    """Return whether this machine can make a `.deb`."""
    return shutil.which("dpkg-deb") is not None


def packages_of(files: Iterable[Path]) -> set[str]:
    """Return the names of the packages that brought these files; files nobody brought are left out."""
    if shutil.which("dpkg") is None:
        return set()
    names = {str(spelling) for file in files for spelling in _spellings(file)}
    if not names:
        return set()
    told = subprocess.run(["dpkg", "-S", *sorted(names)], capture_output=True, text=True, check=False).stdout
    return {line.partition(":")[0] for line in told.splitlines() if ": " in line}


def _spellings(file: Path) -> list[Path]:
    """Dpkg knows a file as /lib/… or /usr/lib/…, and libraries by what their links point at."""
    found = [file, file.resolve()]
    for path in list(found):
        text = str(path)
        found.append(Path(text.removeprefix("/usr")) if text.startswith("/usr/") else Path("/usr" + text))
    return found


def version_of(package: str) -> str:
    """Return a package's version on this machine."""
    return output_of("dpkg-query", "--show", "--showformat=${Version}\n", package).partition("\n")[0]


def make(program: Path, licences: Path, *, needs: Iterable[str], glibc: str, quick: bool) -> Path:
    """Make the package and give its file.

    Args:
        program: the folder with the program, without what the system brings.
        licences: the folder of licences.
        needs: names of the packages it needs.
        glibc: the oldest it runs on.
        quick: compresses less.
    """
    tree = BUILD / "debian"
    shutil.rmtree(tree, ignore_errors=True)
    _fill(tree, program, licences)
    kilobytes = sum(one.lstat().st_size for one in tree.rglob("*")) // 1024
    architecture = output_of("dpkg", "--print-architecture").strip()
    depends = [f"libc6 (>= {glibc})", *sorted(RENAMED.get(one, one) for one in {*needs, *ALWAYS} - {"libc6"})]
    values: Mapping[str, object] = {
        "name": NAME,
        "version": version(),
        "architecture": architecture,
        "maintainer": _MAINTAINER,
        "size": kilobytes,
        "depends": ", ".join(depends),
        "glibc": glibc,
    }
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(_CONTROL.format(**values), "utf-8")
    target = DIST / f"{NAME}_{version()}_{architecture}.deb"
    compression = ("-Zzstd", "-z10") if quick else ("-Zxz", "-z6")
    run("dpkg-deb", "--root-owner-group", *compression, "--build", tree, target)
    return target


def _fill(tree: Path, program: Path, licences: Path) -> None:
    """Lay everything where Debian expects it."""
    inside = tree / "usr" / "lib" / NAME
    shutil.copytree(program, inside, symlinks=True)
    _link(tree / "usr" / "bin" / NAME, Path("..") / "lib" / NAME / NAME)
    lay_desktop_files(tree / "usr" / "share")
    documents = tree / "usr" / "share" / "doc" / NAME
    shutil.copytree(licences, documents / "licences")
    shutil.copy(ROOT / "LICENSE", documents / "copyright")


def lay_desktop_files(share: Path) -> None:
    """Put desktop entry, icons and what software centres show where desktops look for them, below `share`."""
    icons = share / "icons" / "hicolor"
    for source, target in (
        (DESKTOP_ENTRY, share / "applications" / DESKTOP_ENTRY.name),
        (LINK_ENTRY, share / "applications" / LINK_ENTRY.name),
        (RESOURCES / "icon.svg", icons / "scalable" / "apps" / f"{NAME}.svg"),
        (RESOURCES / "icon-256.png", icons / "256x256" / "apps" / f"{NAME}.png"),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    lay_metainfo(share / "metainfo")


def lay_metainfo(folder: Path) -> Path:
    """Write what software centres show into a folder, under its identifier; return the file."""
    text = (
        METAINFO.read_text("utf-8").replace("@VERSION@", version()).replace("@DATE@", changelog.section(version()).day)
    )
    target = folder / f"{IDENTIFIER}.metainfo.xml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    return target


def _link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
