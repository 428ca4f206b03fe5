"""Derive resources/icon.ico, icon.icns and icon-256.png from resources/icon.svg; run by hand after changing it.

The picture of the Windows installer comes from it too.

Both containers are lists of PNGs. Sources: Microsoft, "Icons" (ICONDIR); Wikipedia, "Apple Icon Image
format": ic04 and ic05 are no PNGs and are left out, icp4 to icp6 hold the small sizes.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

if TYPE_CHECKING:
    from collections.abc import Sequence

RESOURCES: Final = Path(__file__).resolve().parent.parent / "resources"
PANEL: Final = Path(__file__).with_name("windows") / "panel.bmp"
"""What NSIS shows at the left of its last page, 164 by 314 pixels."""
ICO_SIZES: Final = (16, 24, 32, 48, 64, 128, 256)
ICNS_TYPES: Final = (
    (b"icp4", 16),
    (b"icp5", 32),
    (b"icp6", 64),
    (b"ic07", 128),
    (b"ic08", 256),
    (b"ic09", 512),
    (b"ic10", 1024),
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic13", 256),
    (b"ic14", 512),
)
_STROKE: Final = b'stroke-width="5"'
_HEAVIER: Final = ((16, b'stroke-width="6"'), (32, b'stroke-width="5.5"'))


def main() -> int:
    """Write the files and say so."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv)
    svg = (RESOURCES / "icon.svg").read_bytes()
    write("icon.ico", ico([(size, render(svg, size)) for size in ICO_SIZES]))
    write("icon.icns", icns([(kind, render(svg, size)) for kind, size in ICNS_TYPES]))
    write("icon-256.png", render(svg, 256))
    panel(svg).save(str(PANEL))
    application.quit()
    return 0


def render(svg: bytes, size: int) -> bytes:
    """Return a square PNG, its side in pixels. The smallest get a heavier stroke, or they fade."""
    for limit, stroke in _HEAVIER:
        if size <= limit:
            svg = svg.replace(_STROKE, stroke)
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def panel(svg: bytes) -> QImage:
    """Return the icon on a quiet ground, in the 256 colours that keep the file small."""
    image = QImage(164, 314, QImage.Format.Format_RGB32)
    image.fill(0xE9EEF8)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(34, 60, 96, 96))
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Indexed8, Qt.ImageConversionFlag.ThresholdDither)


def ico(pictures: Sequence[tuple[int, bytes]]) -> bytes:
    """Return an ICO of PNGs by their side in pixels; 256 is written as 0 there."""
    directory, data = b"", b""
    start = 6 + 16 * len(pictures)
    for size, png in pictures:
        directory += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), start + len(data))
        data += png
    return struct.pack("<HHH", 0, 1, len(pictures)) + directory + data


def icns(pictures: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return an ICNS of PNGs by their four-letter types."""
    entries = b"".join(kind + struct.pack(">I", len(png) + 8) + png for kind, png in pictures)
    return b"icns" + struct.pack(">I", len(entries) + 8) + entries


def write(name: str, content: bytes) -> None:
    """Write a resource and tell."""
    (RESOURCES / name).write_bytes(content)
    print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    sys.exit(main())
