"""Manifests for winget and Chocolatey, made from the files of a release. Called by check.py (`--catalogues`).

They are handed in by a person: winget-pkgs and Chocolatey look at each themselves. Sums and addresses are the release's
own, so that nothing has to be filled in.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from bundling import changelog
from bundling.project import NAME, ROOT

if TYPE_CHECKING:
    from pathlib import Path

IDENTIFIER: Final = "uploader-gui.uploader-gui"
_SCHEMA: Final = "1.6.0"
_SUMMARY: Final = "Attach files to an anomaly of a digital safety register, and see that each one is stored."
_RESUME: Final = (
    "Joindre des fichiers à une anomalie d’un registre de sécurité numérique, et voir que chacun est stocké."
)
_VERSION: Final = """PackageIdentifier: {identifier}
PackageVersion: {version}
DefaultLocale: en-US
ManifestType: version
ManifestVersion: {schema}
"""
_INSTALLER: Final = """PackageIdentifier: {identifier}
PackageVersion: {version}
Platform:
- Windows.Desktop
MinimumOSVersion: 10.0.17763.0
UpgradeBehavior: install
ReleaseDate: {day}
Installers:
- Architecture: x64
  Scope: user
  InstallerType: nullsoft
  InstallerUrl: {address}/{setup}
  InstallerSha256: {setup_sum}
- Architecture: x64
  Scope: machine
  InstallerType: wix
  InstallerUrl: {address}/{msi}
  InstallerSha256: {msi_sum}
ManifestType: installer
ManifestVersion: {schema}
"""
_LOCALE: Final = """PackageIdentifier: {identifier}
PackageVersion: {version}
PackageLocale: {locale}
Publisher: uploader-gui
PackageName: Uploader (uploader-gui)
License: MIT
ShortDescription: {summary}
ReleaseNotesUrl: {repository}/releases/tag/v{version}
ManifestType: {kind}
ManifestVersion: {schema}
"""
_NUSPEC: Final = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2015/06/nuspec.xsd">
  <metadata>
    <id>{name}</id>
    <version>{version}</version>
    <title>Uploader (uploader-gui)</title>
    <authors>uploader-gui</authors>
    <projectUrl>{repository}</projectUrl>
    <packageSourceUrl>{repository}</packageSourceUrl>
    <licenseUrl>{repository}/blob/v{version}/LICENSE</licenseUrl>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <tags>uploader evidence safety-register</tags>
    <summary>{summary}</summary>
    <description>{summary} {resume}</description>
    <releaseNotes>{repository}/releases/tag/v{version}</releaseNotes>
  </metadata>
  <files>
    <file src="tools\\**" target="tools" />
  </files>
</package>
"""
_POWERSHELL: Final = """$ErrorActionPreference = 'Stop'
$packageArgs = @{{
  packageName    = '{name}'
  fileType       = 'msi'
  url64bit       = '{address}/{msi}'
  checksum64     = '{msi_sum}'
  checksumType64 = 'sha256'
  silentArgs     = '/qn /norestart'
  validExitCodes = @(0, 3010, 1641)
}}
Install-ChocolateyPackage @packageArgs
"""


def write(release: Path, number: str, repository: str) -> list[Path]:
    """Write the manifests into a folder `catalogues` beside the release's files, and return them.

    Args:
        release: the folder with the installers.
        number: the version.
        repository: the project's address (`https://…/OWNER/NAME`).
    """
    setup, msi = (f"{NAME}-{number}-windows-x64{ending}" for ending in ("-setup.exe", ".msi"))
    values = {
        "identifier": IDENTIFIER, "name": NAME, "version": number, "schema": _SCHEMA,
        "day": changelog.section(number).day, "repository": repository.rstrip("/"),
        "address": f"{repository.rstrip('/')}/releases/download/v{number}", "setup": setup, "msi": msi,
        "setup_sum": _sum(release / setup), "msi_sum": _sum(release / msi), "summary": _SUMMARY, "resume": _RESUME,
    }  # fmt: skip
    french = values | {"locale": "fr-FR", "kind": "locale", "summary": _RESUME}
    winget, chocolatey = release / "catalogues" / "winget", release / "catalogues" / "chocolatey"
    texts = {
        winget / f"{IDENTIFIER}.yaml": _VERSION.format(**values),
        winget / f"{IDENTIFIER}.installer.yaml": _INSTALLER.format(**values),
        winget / f"{IDENTIFIER}.locale.en-US.yaml": _LOCALE.format(
            **values | {"locale": "en-US", "kind": "defaultLocale"}
        ),
        winget / f"{IDENTIFIER}.locale.fr-FR.yaml": _LOCALE.format(**french),
        chocolatey / f"{NAME}.nuspec": _NUSPEC.format(**values),
        chocolatey / "tools" / "chocolateyInstall.ps1": _POWERSHELL.format(**values),
        chocolatey / "tools" / "LICENSE.txt": (ROOT / "LICENSE").read_text("utf-8"),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return list(texts)


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest().upper()
