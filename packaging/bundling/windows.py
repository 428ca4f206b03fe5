"""Windows: manifest, version resource, and the installer made by NSIS. Called by the spec and by build.py.

The installer is a 64-bit program, as what it installs. Debian's NSIS makes such ones, NSIS's own for Windows does not:
there a ZIP is made, and the installer of it on Linux (`build.py --installer-of`).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from bundling import msi
from bundling.project import BUILD, BUNDLE, DIST, NAME, PACKAGING, RESOURCES, WINDOWS, run, version

MANIFEST: Final = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application>
      <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
    </application>
  </compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
      <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">PerMonitorV2</dpiAwareness>
    </windowsSettings>
  </application>
  <dependency>
    <dependentAssembly>
      <assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls" version="6.0.0.0"
                        processorArchitecture="*" publicKeyToken="6595b64144ccf1df" language="*"/>
    </dependentAssembly>
  </dependency>
</assembly>
"""
"""As the person who starts it (never elevated: Windows blocks drops onto elevated windows), paths beyond 260."""
SCRIPT: Final = PACKAGING / "windows" / "installer.nsi"
_VERSION_FILE: Final = """VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("FileDescription", "Uploader: attach files to an anomaly"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "{name}"),
      StringStruct("LegalCopyright", "MIT licence"),
      StringStruct("OriginalFilename", "{name}.exe"),
      StringStruct("ProductName", "uploader-gui"),
      StringStruct("ProductVersion", "{version}")])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])])
  ]
)
"""


def version_file(name: str) -> Path:
    """Write the version resource of one program, in the form PyInstaller reads, and return its path."""
    BUILD.mkdir(exist_ok=True)
    path = BUILD / f"{name}.version"
    numbers = (*(int(part) for part in version().split(".")[:3]), 0)
    path.write_text(_VERSION_FILE.format(numbers=numbers, version=version(), name=name), "utf-8")
    return path


def package() -> list[Path]:
    """Make a ZIP of the folder, and the installer where NSIS is there; return the files."""
    archive = Path(shutil.make_archive(str(DIST / f"{NAME}-{version()}-windows-x64"), "zip", DIST, NAME))
    return [archive, *installer(BUNDLE)]


def installer(folder: Path, target: Path = DIST, number: str = "") -> list[Path]:
    """Compile the installer of a folder; return it, or nothing where no NSIS for 64 bits is there.

    `number` is another version than the project's.
    """
    compiler = shutil.which("makensis")
    if compiler is None:
        print("no installer: NSIS (makensis) is not installed")
        return []
    if WINDOWS and not list(Path(compiler).parent.glob("Stubs/*-amd64-unicode")):
        print("no installer: this NSIS makes 32-bit ones only; on Debian: python packaging/build.py --installer-of ZIP")
        return []
    number = number or version()
    made = target / f"{NAME}-{number}-windows-x64-setup.exe"
    pictures = {"ICON": RESOURCES / "icon.ico", "PANEL": SCRIPT.with_name("panel.bmp")}
    given = {"VERSION": number, "FOLDER": folder, "OUT": made, **pictures}
    defines = [f"-D{name}={value}" for name, value in given.items()]
    run(compiler, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defines, SCRIPT)
    return [made]


def installer_of(archive: Path) -> list[Path]:
    """Compile both installers of a ZIP that was made on Windows, beside it, and pack what group policy wants."""
    folder = BUILD / "installer-of"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.unpack_archive(archive, folder)
    made = installer(folder / NAME, archive.parent) + msi.make(folder / NAME, archive.parent, version())
    return [*made, policies(archive.parent)] if made else []


def policies(target: Path) -> Path:
    """Pack the templates for group policy; return their archive."""
    name = target / f"{NAME}-{version()}-windows-policies"
    return Path(shutil.make_archive(str(name), "zip", SCRIPT.with_name("policies")))


def check_installer() -> None:
    """Compile the installer from a stand-in for the folder: a mistake in the script shows on any system."""
    folder = BUILD / "installer-check"
    (folder / NAME / "_internal").mkdir(parents=True, exist_ok=True)
    (folder / NAME / "licences").mkdir(exist_ok=True)
    for name in (f"{NAME}.exe", f"{NAME}-cli.exe", "README.txt", "_internal/x", "licences/x"):
        (folder / NAME / name).write_bytes(b"MZ")
    for made in installer(folder / NAME, folder) + msi.make(folder / NAME, folder, version()):
        print(f"the installer compiles: {made.name}, {made.stat().st_size} bytes")
