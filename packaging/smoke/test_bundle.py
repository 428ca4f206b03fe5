"""What the Linux bundle is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MB = 1_000_000


def test_the_bundle_is_as_small_as_promised(bundle: Path) -> None:
    unpacked = sum(file.lstat().st_size for file in bundle.rglob("*"))
    packed = [file.stat().st_size for file in bundle.parent.glob("*.*") if file.suffix in {".xz", ".deb"}]
    assert unpacked <= 150 * MB
    assert packed
    assert max(packed) <= 60 * MB


def test_the_bundle_brings_every_licence(bundle: Path) -> None:
    texts = {file.stem for file in (bundle / "licences").iterdir() if file.stat().st_size}
    assert {"uploader-gui", "Python", "Qt", "LGPL-3.0", "pydantic", "httpx", "keyring", "pillow"} <= texts
