"""Pictures without a file: written for their owner alone, and gone once uploaded or removed, never before."""

from __future__ import annotations

import os
import stat
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from tests.gui.fake_engine import upload
from uploader_gui.engine.events import UploadsAdded, UploadsChanged, UploadsRemoved
from uploader_gui.engine.models import UploadState
from uploader_gui.gui.drops.captures import Captures

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.engine.models import UploadSnapshot

S = UploadState


@pytest.fixture
def captures(tmp_path: Path) -> Captures:
    return Captures(tmp_path / "captures")


def picture() -> QImage:
    made = QImage(20, 10, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.blue)
    return made


def listed(path: Path, state: S = S.QUEUED) -> UploadSnapshot:
    made = upload(path.name, state)
    return replace(made, source=replace(made.source, path=path))


def test_a_picture_becomes_a_png_named_by_its_moment(captures: Captures) -> None:
    first, second = captures.save(picture()), captures.save(picture())
    assert first != second
    assert first.name.startswith(f"Capture {time.strftime('%Y-%m-%d')} ")
    assert QImage(str(first)).size() == picture().size()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_nobody_else_can_read_it(captures: Captures) -> None:
    path = captures.save(picture())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_no_picture_is_told(captures: Captures) -> None:
    with pytest.raises(OSError, match=r"^\[Errno 0\]"):
        captures.save(QImage())


def test_it_is_gone_once_uploaded(captures: Captures) -> None:
    path = captures.save(picture())
    captures.hear(UploadsAdded((listed(path),)))
    captures.hear(UploadsChanged((listed(path, S.UPLOADING),)))
    assert path.exists()
    captures.hear(UploadsChanged((listed(path, S.UPLOADED),)))
    assert not path.exists()


def test_it_is_gone_when_removed_but_not_when_the_journal_keeps_it(captures: Captures) -> None:
    kept, removed = captures.save(picture()), captures.save(picture())
    for path, still_to_do in ((kept, True), (removed, False)):
        captures.hear(UploadsAdded((listed(path),)))
        captures.hear(UploadsRemoved((listed(path).upload_id,), kept=still_to_do))
    assert (kept.exists(), removed.exists()) == (True, False)


def test_a_persons_own_files_are_never_touched(captures: Captures, tmp_path: Path) -> None:
    own = tmp_path / "photo.png"
    own.touch()
    captures.hear(UploadsAdded((listed(own),)))
    captures.hear(UploadsChanged((listed(own, S.UPLOADED),)))
    captures.hear(UploadsRemoved((listed(own).upload_id,)))
    assert own.exists()


def test_what_nobody_sent_in_a_month_goes(captures: Captures) -> None:
    old, new = captures.save(picture()), captures.save(picture())
    month_ago = time.time() - 31 * 86_400
    os.utime(old, (month_ago, month_ago))
    captures.purge()
    assert (old.exists(), new.exists()) == (False, True)
