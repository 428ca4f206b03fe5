"""An MSI for a whole machine: silent, for group policy. Made on Linux by Debian's wixl. Called by windows.py.

It lays the same folder into Program Files that the installer for one person lays into their own, and nothing else but
entries for the Start menu and "Open with": the programs write nothing beside themselves.
"""

from __future__ import annotations

import os
import shutil
import uuid
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final

from bundling.project import BUILD, NAME, RESOURCES, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UPGRADE_CODE: Final = uuid.UUID("5f1c9a52-0c5b-5d0e-9f4d-6a8e2f1b7c31")
"""Never changes: by it Windows knows an older version and removes it."""
OLDEST_BUILD: Final = 17763
"""Windows 10, version 1809, as in installer.nsi."""
_NAMESPACE: Final = "http://schemas.microsoft.com/wix/2006/wi"
_CURRENT: Final = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_OPEN_WITH: Final = rf"SOFTWARE\Classes\Applications\{NAME}.exe"
_SCHEME: Final = rf"SOFTWARE\Classes\{NAME}"
"""Links on the register's page, `uploader-gui:?anomaly=4217`."""
_TOO_OLD: Final = (
    "uploader-gui needs Windows 10, version 1809, or newer (64-bit). / "
    "uploader-gui a besoin de Windows 10, version 1809, ou d’une version plus récente (64 bits)."
)
_NEWER: Final = "A newer version is installed already. / Une version plus récente est déjà installée."


def make(folder: Path, target: Path, number: str) -> list[Path]:
    """Make the MSI of a folder; return it, or nothing where wixl is not there."""
    tool = shutil.which("wixl")
    if tool is None:
        print("no MSI: wixl is not installed; on Debian: apt install wixl")
        return []
    BUILD.mkdir(exist_ok=True)
    source = BUILD / f"{NAME}.wxs"
    ET.ElementTree(description(folder, number)).write(source, "utf-8", xml_declaration=True)
    made = target / f"{NAME}-{number}-windows-x64.msi"
    run(tool, "--arch", "x64", "--output", made.absolute(), source, cwd=BUILD)
    return [made]


def description(folder: Path, number: str) -> ET.Element:
    """Return what WiX calls the product: properties, conditions, and a component for each file."""
    wix = ET.Element("Wix", xmlns=_NAMESPACE)
    product = _add(
        wix, "Product", Id="*", Name="Uploader (uploader-gui)", Language="1033", Version=number, Manufacturer=NAME,
        UpgradeCode=_braced(UPGRADE_CODE),
    )  # fmt: skip
    _add(product, "Package", InstallerVersion="500", Compressed="yes", InstallScope="perMachine")
    _add(product, "Media", Id="1", Cabinet="files.cab", EmbedCab="yes")
    _add(product, "MajorUpgrade", DowngradeErrorMessage=_NEWER)
    _add(product, "Icon", Id="icon.ico", SourceFile=_from_build(RESOURCES / "icon.ico"))
    for name, value in (("ARPPRODUCTICON", "icon.ico"), ("ARPNOMODIFY", "1")):
        _add(product, "Property", Id=name, Value=value)
    build = _add(product, "Property", Id="CURRENTBUILD")
    _add(build, "RegistrySearch", Id="build", Root="HKLM", Key=_CURRENT, Name="CurrentBuildNumber", Type="raw")
    _add(product, "Condition", Message=_TOO_OLD).text = f"Installed OR CURRENTBUILD >= {OLDEST_BUILD}"
    feature = _add(product, "Feature", Id="program", Level="1")
    for component in _lay_out(product, folder):
        _add(feature, "ComponentRef", Id=component)
    return wix


def _lay_out(product: ET.Element, folder: Path) -> Iterator[str]:
    """Describe the folders and files; return the names of the components."""
    top = _add(product, "Directory", Id="TARGETDIR", Name="SourceDir")
    menu = _add(top, "Directory", Id="ProgramMenuFolder")
    programs = _add(top, "Directory", Id="ProgramFiles64Folder")
    inside = _add(programs, "Directory", Id="INSTALLDIR", Name=NAME)
    yield from _lay_folder(inside, folder, folder)
    entry = _add(menu, "Component", Id="menu", Guid=_braced(_identity("menu")), Win64="yes")
    _add(entry, "Shortcut", Id="shortcut", Name="Uploader", Target=f"[INSTALLDIR]{NAME}.exe", Icon="icon.ico")
    _add(
        entry,
        "RegistryValue",
        Root="HKLM",
        Key=_OPEN_WITH,
        Name="FriendlyAppName",
        Type="string",
        Value="Uploader",
        KeyPath="yes",
    )
    program = f'"[INSTALLDIR]{NAME}.exe"'
    for key, value in (
        (rf"{_OPEN_WITH}\shell\open\command", f'{program} "%1"'),
        (_SCHEME, "URL:Uploader"),
        (rf"{_SCHEME}\shell\open\command", f'{program} --link "%1"'),
    ):
        _add(entry, "RegistryValue", Root="HKLM", Key=key, Type="string", Value=value)
    _add(entry, "RegistryValue", Root="HKLM", Key=_SCHEME, Name="URL Protocol", Type="string", Value="")
    yield "menu"


def _lay_folder(parent: ET.Element, folder: Path, top: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        name = path.relative_to(top).as_posix()
        identity = f"_{_identity(name).hex}"
        if path.is_dir():
            yield from _lay_folder(_add(parent, "Directory", Id=f"d{identity}", Name=path.name), path, top)
            continue
        component = _add(parent, "Component", Id=f"c{identity}", Guid=_braced(_identity(name)), Win64="yes")
        _add(component, "File", Id=f"f{identity}", Name=path.name, Source=_from_build(path), KeyPath="yes")
        yield f"c{identity}"


def _from_build(path: Path) -> str:
    """Return a path as wixl takes it: relative to where it runs."""
    return os.path.relpath(path, BUILD)


def _add(parent: ET.Element, tag: str, **values: str) -> ET.Element:
    return ET.SubElement(parent, tag, values)


def _identity(name: str) -> uuid.UUID:
    """Return the same identity to a file in each version, as Windows Installer wants it."""
    return uuid.uuid5(UPGRADE_CODE, name)


def _braced(identity: uuid.UUID) -> str:
    return "{" + str(identity).upper() + "}"
