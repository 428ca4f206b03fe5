"""Pictures without a file: written for their owner alone."""

import stat
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from uploader_gui.gui.drop.mime import Picture, save_picture


def picture() -> Picture:
    made = QImage(20, 10, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.blue)
    return Picture(made)


def test_a_picture_becomes_a_png_named_by_its_moment(tmp_path: Path) -> None:
    first, second = save_picture(picture(), tmp_path / "captures"), save_picture(picture(), tmp_path / "captures")
    assert first != second
    assert first.name.startswith(f"Capture {time.strftime('%Y-%m-%d')} ")
    assert QImage(str(first)).size() == picture().image.size()


def test_its_own_bytes_and_name_are_kept_and_what_is_no_picture_is_told(tmp_path: Path) -> None:
    paths = [save_picture(Picture(QImage(), b"\xff\xd8\xff", "façade.jpg"), tmp_path / "captures") for _ in range(2)]
    assert [path.name for path in paths] == ["façade.jpg", "façade (2).jpg"]
    assert paths[0].read_bytes() == b"\xff\xd8\xff"
    assert save_picture(Picture(QImage(), b"GIF89a", ".gif"), tmp_path / "captures").suffix == ".gif"
    with pytest.raises(OSError, match=r"^\[Errno 0\]"):
        save_picture(Picture(QImage()), tmp_path / "captures")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = save_picture(picture(), tmp_path / "captures")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
