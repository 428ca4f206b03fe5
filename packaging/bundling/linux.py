"""Linux: the folder people get, then `.tar.xz`, `.deb` and, where its tool is there, an AppImage. Called by build.py.

The folder brings Qt's X11 libraries along, since no desktop has them all; the `.deb` leaves them to the system and
depends on their packages instead.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bundling import debian, trim
from bundling.freeze import contents
from bundling.project import BUILD, BUNDLE, DIST, NAME, PACKAGING, ROOT, output_of, run, version

if TYPE_CHECKING:
    from collections.abc import Iterable

LAUNCHER: Final = PACKAGING / "linux" / "launcher.sh"
README: Final = PACKAGING / "linux" / "README.txt"
_GLIBC: Final = re.compile(rb"\0GLIBC_2\.(\d+)(?=\0)")
_ELF: Final = b"\x7fELF"


def lay_out(frozen: Path) -> None:
    """Make the folder people get: a launcher that says in words when the system is too old, the rest in `lib`."""
    shutil.rmtree(BUNDLE, ignore_errors=True)
    BUNDLE.mkdir(parents=True)
    shutil.copytree(frozen, BUNDLE / "lib", symlinks=True)
    for source, name in ((LAUNCHER, NAME), (README, README.name)):
        text = source.read_text("utf-8").replace("@GLIBC@", oldest_glibc(frozen)).replace("@VERSION@", version())
        (BUNDLE / name).write_text(text, "utf-8")
    (BUNDLE / NAME).chmod(0o755)
    debian.lay_desktop_files(BUNDLE / "share")


def package(*, quick: bool) -> list[Path]:
    """Make what people download; return the files. `quick` compresses less."""
    print(f"the oldest glibc it runs on: {oldest_glibc(BUNDLE)}")
    made = [_archive(quick=quick)]
    if debian.available():
        made.append(_debian_package(quick=quick))
    else:
        print("no .deb: dpkg-deb is not installed")
    return [*made, *_app_image()]


def check_metainfo() -> None:
    """Look at what software centres and menus show, with the desktops' own tools; nothing is asked of the network."""
    entries = (debian.DESKTOP_ENTRY, debian.LINK_ENTRY)
    for name, package, arguments in (
        ("appstreamcli", "appstream", ("validate", "--no-net", debian.lay_metainfo(BUILD / "metainfo"))),
        ("desktop-file-validate", "desktop-file-utils", entries),
    ):
        tool = shutil.which(name)
        if tool is None:
            print(f"not looked at: {name} is not installed; on Debian: apt install {package}")
        else:
            run(tool, *arguments)


def system_libraries() -> list[Path]:
    """Return the system's own files that are in the folder."""
    sources = [Path(source) for _, source, kind in contents() if kind in {"BINARY", "EXTENSION"}]
    return [source for source in sources if source.is_relative_to("/usr/lib") or source.is_relative_to("/lib")]


def oldest_glibc(folder: Path) -> str:
    """Return the glibc that the folder's files ask for: the newest version any of them names."""
    found = {int(minor) for file in _programs_in(folder) for minor in _GLIBC.findall(file.read_bytes())}
    return f"2.{max(found)}"


def _programs_in(folder: Path) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return [file for file in files if file.open("rb").read(4) == _ELF]


# .tar.xz


def _archive(*, quick: bool) -> Path:
    target = DIST / f"{NAME}-{version()}-linux-{platform.machine()}.tar.xz"
    if shutil.which("xz") is None:
        with tarfile.open(target, "w:xz") as archive:
            archive.add(BUNDLE, NAME, filter=_nobodys)
        return target
    plain = target.with_suffix("")
    with tarfile.open(plain, "w") as archive:
        archive.add(BUNDLE, NAME, filter=_nobodys)
    run("xz", "-T0", "-2" if quick else "-6", "--force", plain)
    return target


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


# .deb


def _debian_package(*, quick: bool) -> Path:
    """Leave Qt's X11 libraries to the system, and depend on whatever is then named but not inside."""
    tree = BUILD / "debian-program"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(BUNDLE / "lib", tree, symlinks=True)
    entries = [entry for entry in contents() if entry[2] != "SYMLINK"]
    left = trim.LEFT_TO_THE_SYSTEM | _libraries_of_the_desktop()
    kept = {name for name, _, _ in trim.without_unloaded(entries, left)}
    for name in {name for name, _, _ in entries} - kept:
        (tree / "_internal" / name).unlink()
    needs = debian.packages_of(_outside(tree))
    return debian.make(tree, BUNDLE / "licences", needs=needs, glibc=oldest_glibc(tree), quick=quick)


def _libraries_of_the_desktop() -> set[str]:
    """Return the names of the bundled libraries whose packages Qt wants of a desktop, by `display.py`'s list."""
    listed = set(re.findall(r"lib[\w.+-]+", (ROOT / "uploader_gui" / "platform" / "display.py").read_text("utf-8")))
    return {file.name for file in system_libraries() if debian.packages_of([file]) & listed}


def _outside(tree: Path) -> Iterable[Path]:
    """Return the system's libraries that files of a tree name and the tree has not."""
    files = _programs_in(tree)
    inside = {file.name for file in tree.rglob("*")}
    needed = set().union(*trim.needed_by([str(file) for file in files]).values())
    told = output_of("ldconfig", "-p", env=os.environ | {"PATH": f"{os.environ['PATH']}:/sbin:/usr/sbin"})
    known = dict(re.findall(r"^\t(\S+) \([^)]*x86-64[^)]*\) => (\S+)", told, re.MULTILINE))
    return [Path(known[name]) for name in needed - inside if name in known]


# AppImage


def _app_image() -> list[Path]:
    """Make an AppImage where `appimagetool` is; Debian has none, release machines may."""
    tool = shutil.which("appimagetool")
    if tool is None:
        print("no AppImage: appimagetool is not installed")
        return []
    tree = BUILD / f"{NAME}.AppDir"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(BUNDLE, tree, symlinks=True)
    (tree / "AppRun").symlink_to(NAME)
    for name in (f"share/applications/{NAME}.desktop", f"share/icons/hicolor/scalable/apps/{NAME}.svg"):
        shutil.copy(tree / name, tree / Path(name).name)
    target = DIST / f"{NAME}-{version()}-linux-{platform.machine()}.AppImage"
    subprocess.run([tool, "--no-appstream", str(tree), str(target)], check=True)
    return [target]
