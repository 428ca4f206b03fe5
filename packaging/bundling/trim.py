"""What of Qt and Pillow the program uses; the rest stays out of the bundle. Called by the PyInstaller spec.

A table of contents is PyInstaller's list of (name in the bundle, source, kind). ICU stays although it is large: Qt6Core
is linked against it.
"""

from __future__ import annotations

import posixpath
import re
import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from bundling.licences import LIST
from bundling.project import LINUX, RESOURCES

if TYPE_CHECKING:
    from collections.abc import Collection

Entry = tuple[str, str, str]

EXCLUDED_MODULES: Final = [
    *("tkinter", "unittest", "pydoc", "doctest", "lib2to3", "setuptools", "pip", "pkg_resources", "distutils"),
    *("PIL.AvifImagePlugin", "PIL._avif", "PIL.ImageTk", "PIL._imagingtk", "PIL.ImageQt"),
    *("_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr", "_codecs_tw"),
    *("IPython", "rich", "hypothesis", "numpy"),
]
HIDDEN_IMPORTS: Final = ["PIL.Image", "pi_heif"]
UNUSED_PACKAGES: Final = ("pydantic.v1", "pydantic.mypy", "pydantic._hypothesis_plugin")
"""PyInstaller collects all of pydantic; these are left out afterwards."""
PLUGINS: Final = {
    "iconengines": {"svgicon"},
    "imageformats": {"gif", "ico", "jpeg", "svg"},
    "platforminputcontexts": {"composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"},
    "platforms": {"xcb", "wayland", "offscreen", "windows", "cocoa"},
    "platformthemes": {"xdgdesktopportal"},
    "printsupport": {"windowsprintersupport", "cocoaprintersupport"},
    "wayland-decoration-client": {"adwaita", "bradient"},
    "wayland-graphics-integration-client": {"qt-plugin-wayland-egl"},
    "wayland-shell-integration": {"xdg-shell"},
}
"""Kind of Qt's plugins -> those that are used, without `lib`, `q` and ending. No GTK theme, CUPS, TLS, SQL, QML."""
TRANSLATIONS: Final = {"qtbase_fr.qm"}
LEFT_TO_THE_SYSTEM: Final = {
    *("libX11.so.6", "libX11-xcb.so.1", "libfontconfig.so.1", "libfreetype.so.6", "libdbus-1.so.3"),
    *("libglib-2.0.so.0", "libgthread-2.0.so.0", "libgssapi_krb5.so.2", "libstdc++.so.6", "libgcc_s.so.1"),
    *("libxkbcommon.so.0", "libxkbcommon-x11.so.0"),
    *("libwayland-client.so.0", "libwayland-cursor.so.0", "libwayland-egl.so.1"),
}
"""Libraries of every Linux desktop that have to match its servers and settings; `display.py` names a missing one."""
_PLUGIN: Final = re.compile(r"PySide6/(?:Qt/)?plugins/(?P<kind>[^/]+)/(?:lib)?q?(?P<name>[^/]+?)\.(?:so|dll|dylib)")
_UNUSED: Final = re.compile(
    r"PySide6/(?:Qt/)?(?:qml|resources|libexec|metatypes)/|opengl32sw|d3dcompiler|"
    r"Qt6?(?:Qml|Quick|Pdf|VirtualKeyboard|Designer|Help|Test|Sql)\w*\."
)


def resources() -> list[tuple[str, str]]:
    """Return what the program loads at run time: source and folder in the bundle, where `find_resource` looks."""
    ships = {".svg", ".qss", ".mo", ".png", ".ico", ".json", ".html", ".css", ".md"}
    target = PurePosixPath("uploader_gui/_resources")
    samples = RESOURCES / "samples"
    files = [path for path in sorted(RESOURCES.rglob("*")) if path.suffix in ships or path.parent == samples]
    ours = [(str(path), str(target / path.parent.relative_to(RESOURCES).as_posix())) for path in files]
    return [*ours, (str(LIST), str(target))]


def is_wanted(name: str) -> bool:
    """Return whether a file belongs into the bundle, by its name there."""
    name = name.replace("\\", "/")
    if "/translations/" in name and name.startswith("PySide6/"):
        return PurePosixPath(name).name in TRANSLATIONS
    plugin = _PLUGIN.match(name)
    if plugin is not None:
        return plugin["name"] in {one.removeprefix("q") for one in PLUGINS.get(plugin["kind"], set())}
    return _UNUSED.search(name) is None


def trimmed(entries: list[Entry]) -> list[Entry]:
    """Return the entries that are used: first by name, then without libraries that nothing in the bundle loads."""
    kept = [entry for entry in entries if is_wanted(entry[0])]
    if LINUX:
        kept = without_unloaded(kept, LEFT_TO_THE_SYSTEM)
        kept = _without_dangling_links(kept)
    return kept


def _without_dangling_links(entries: list[Entry]) -> list[Entry]:
    """Return the entries without links to what is gone. Linux only: links in a Mac's frameworks lead to folders too."""
    names = {name for name, _, _ in entries}
    return [entry for entry in entries if entry[2] != "SYMLINK" or _target(entry) in names]


def without_unloaded(entries: list[Entry], left_to_the_system: Collection[str]) -> list[Entry]:
    """Return the entries without libraries that nothing loads, those left to the system and what only these load."""
    loaded = _loaded(entries, left_to_the_system)
    return [entry for entry in entries if not _is_library(entry[0]) or PurePosixPath(entry[0]).name in loaded]


def _target(entry: Entry) -> str:
    """A link's source is relative to the link's own folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(entry[0]), entry[1]))


def _is_library(name: str) -> bool:
    """Return whether it is a library that plugins, extension modules and other libraries load by name."""
    base = PurePosixPath(name).name
    return base.startswith("lib") and ".so" in base and "/plugins/" not in name and not base.startswith("libpython")


def _loaded(entries: list[Entry], left_to_the_system: Collection[str]) -> set[str]:
    """Follow what each file names, from what is loaded by path (programs, plugins, extension modules) downwards."""
    binaries = [entry for entry in entries if entry[2] in {"BINARY", "EXTENSION", "EXECUTABLE"}]
    sources = {PurePosixPath(name).name: source for name, source, _ in binaries}
    needed = needed_by(list(sources.values()))
    reached: set[str] = set()
    coming = [PurePosixPath(name).name for name, _, _ in binaries if not _is_library(name)]
    while coming:
        new = needed.get(sources.get(coming.pop(), ""), set()) - reached - set(left_to_the_system)
        reached |= new
        coming += new
    return reached


def needed_by(files: list[str]) -> dict[str, set[str]]:
    """Return the libraries that each file names itself (`NEEDED`); objdump, which PyInstaller needs too, reads them."""
    told = subprocess.run(["objdump", "-p", *files], capture_output=True, text=True, check=True).stdout
    needed: dict[str, set[str]] = {}
    for part in re.split(r"\n(?=\S+: +file format )", told):
        name = part.strip().partition(": ")[0]
        needed[name] = set(re.findall(r"NEEDED +(\S+)", part))
    return needed
