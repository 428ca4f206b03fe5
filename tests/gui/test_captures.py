"""Pictures without a file: written for their owner alone."""

from __future__ import annotations

import stat
import sys
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from uploader_gui.gui.drop.mime import Captures, Picture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def captures(tmp_path: Path) -> Captures:
    return Captures(tmp_path / "captures")


def picture() -> Picture:
    made = QImage(20, 10, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.blue)
    return Picture(made)


def test_a_picture_becomes_a_png_named_by_its_moment(captures: Captures) -> None:
    first, second = captures.save(picture()), captures.save(picture())
    assert first != second
    assert first.name.startswith(f"Capture {time.strftime('%Y-%m-%d')} ")
    assert QImage(str(first)).size() == picture().image.size()


def test_its_own_bytes_and_name_are_kept(captures: Captures) -> None:
    paths = [captures.save(Picture(QImage(), b"\xff\xd8\xff", "façade.jpg")) for _ in range(2)]
    assert [path.name for path in paths] == ["façade.jpg", "façade (2).jpg"]
    assert paths[0].read_bytes() == b"\xff\xd8\xff"
    assert captures.save(Picture(QImage(), b"GIF89a", ".gif")).suffix == ".gif"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_nobody_else_can_read_it(captures: Captures) -> None:
    path = captures.save(picture())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_no_picture_is_told(captures: Captures) -> None:
    with pytest.raises(OSError, match=r"^\[Errno 0\]"):
        captures.save(Picture(QImage()))
