"""macOS: Info.plist, entitlements, optional signing and notarising, the disk image. Called by the spec and build.py.

Runs on macOS only. Signing is switched on by environment variables: `UPLOADER_SIGN_IDENTITY` (a "Developer ID
Application" in the keychain) and `UPLOADER_NOTARY_PROFILE` (made once by `xcrun notarytool store-credentials`).
"""

from __future__ import annotations

import os
import platform
import shutil
from typing import TYPE_CHECKING, Any, Final

from bundling.project import BUILD, DIST, NAME, PACKAGING, run, version

if TYPE_CHECKING:
    from pathlib import Path

IDENTIFIER: Final = "org.uploader-gui.uploader-gui"
ENTITLEMENTS: Final = PACKAGING / "macos" / "entitlements.plist"
OLDEST: Final = "13.0"
"""What Qt's own binaries ask for; the Finder tells people with an older system so."""
TYPES: Final = (
    *("public.jpeg", "public.png", "public.svg-image", "com.compuserve.gif", "public.plain-text"),
    *("public.comma-separated-values-text", "com.adobe.pdf", "com.microsoft.word.doc"),
    *("org.openxmlformats.wordprocessingml.document", "com.microsoft.excel.xls"),
    *("org.openxmlformats.spreadsheetml.sheet", "public.zip-archive", "org.7-zip.7-zip-archive"),
    *("com.apple.mail.email", "public.email-message", "public.heic", "public.folder", "public.data"),
)
"""What may be dropped on the Dock icon: the accepted types, and the rest, which the window answers in words."""


def identity() -> str | None:
    """Return whom to sign as, None for an ad-hoc signature."""
    return os.environ.get("UPLOADER_SIGN_IDENTITY") or None


def info() -> dict[str, Any]:
    """Return what Info.plist says beyond PyInstaller's own lines."""
    return {
        "CFBundleDisplayName": NAME,
        "CFBundleShortVersionString": version(),
        "CFBundleVersion": version(),
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "fr"],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Files for an anomaly",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": list(TYPES),
            }
        ],
        "CFBundleURLTypes": [{"CFBundleURLName": IDENTIFIER, "CFBundleURLSchemes": [NAME]}],
        # Else macOS slows down a program whose window is hidden, and with it what is sent in the background.
        "LSAppNapIsDisabled": True,
        "NSAppSleepDisabled": True,
        "LSApplicationCategoryType": "public.app-category.business",
        "LSMinimumSystemVersion": OLDEST,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "MIT licence",
    }


def package(app: Path) -> list[Path]:
    """Sign and notarise if asked to, then make the disk image; return it."""
    if identity() is not None:
        run("codesign", "--verify", "--deep", "--strict", app)
    image = DIST / f"{NAME}-{version()}-macos-{platform.machine()}.dmg"
    _make_image(app, image)
    profile = os.environ.get("UPLOADER_NOTARY_PROFILE")
    if identity() is not None and profile:
        run("codesign", "--sign", str(identity()), "--timestamp", image)
        run("xcrun", "notarytool", "submit", image, "--keychain-profile", profile, "--wait")
        run("xcrun", "stapler", "staple", image)
    else:
        print("not notarised: UPLOADER_SIGN_IDENTITY and UPLOADER_NOTARY_PROFILE are not both set")
    return [image]


def _make_image(app: Path, image: Path) -> None:
    """The app beside a link to Applications, which is all the installing there is."""
    stage = BUILD / "image"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    shutil.copytree(app, stage / app.name, symlinks=True)
    (stage / "Applications").symlink_to("/Applications")
    run("hdiutil", "create", "-volname", NAME, "-srcfolder", stage, "-format", "ULMO", "-ov", image)
