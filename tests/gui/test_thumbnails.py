"""Thumbnails: the right part of the right picture, upright, sharp, within bounds, and never waited for."""

import os
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import Window, upload
from tests.support import pictures
from uploader_gui.engine.events import UploadsAdded
from uploader_gui.engine.models import Source, UploadState
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.source import describe_only, inspect
from uploader_gui.gui.upload_list.thumbnails import Thumbnails, is_picture, make_thumbnail

SIDE = 40
PATIENCE = 30_000


def jpeg(path: Path) -> Path:
    return pictures.save(path, exif=pictures.told(), quality=95)


def png(path: Path) -> Path:
    return pictures.save(path, pictures.sketch().transpose(pictures.UPRIGHT))


def source_of(path: Path) -> Source:
    return inspect(path, path) if path.suffix in {".jpg", ".png"} else describe_only(path, path)


@pytest.mark.parametrize(("name", "make"), [*pictures.MAKERS.items(), ("a.jpg", jpeg), ("b.png", png)])
@pytest.mark.parametrize("pixels", [40, 80])
def test_it_shows_the_middle_of_the_upright_picture(
    name: str, make: Any, pixels: int, decoder: PictureDecoder, tmp_path: Path
) -> None:
    """Upright it is 64 by 96: red came to the top right corner, green to the bottom right, outside the middle."""
    made = make_thumbnail(source_of(make(tmp_path / name)), pixels, decoder)
    assert made is not None
    assert (made.width(), made.height()) == (pixels, pixels)
    assert made.pixelColor(0, 0).alpha() == 0  # round corners
    middle, top = made.pixelColor(pixels // 2, pixels // 2), made.pixelColor(pixels * 9 // 10, pixels // 12)
    assert middle.blue() > 150
    assert middle.red() < 100 < top.red()


@pytest.mark.qt_log_ignore("JPEG data", extend=True)  # Qt's own words of the damage
@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut off"])
def test_what_cannot_be_decoded_gives_none(content: bytes, decoder: PictureDecoder, tmp_path: Path) -> None:
    for name, media_type in (("a.jpg", "image/jpeg"), ("a.heic", None)):
        path = tmp_path / name
        path.write_bytes(content)
        facts = path.stat()
        source = Source(path, path, name, media_type, facts.st_size, facts.st_mtime_ns)
        assert make_thumbnail(source, SIDE, decoder) is None


def test_a_picture_that_is_another_one_by_now_gives_none(decoder: PictureDecoder, tmp_path: Path) -> None:
    source = source_of(jpeg(tmp_path / "a.jpg"))
    assert make_thumbnail(source, SIDE, decoder) is not None
    os.utime(source.path, ns=(0, source.mtime_ns + 1_000_000_000))
    assert make_thumbnail(source, SIDE, decoder) is None


def test_only_pictures_are_asked_for_and_a_pipe_is_never_opened(decoder: PictureDecoder, tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    os.mkfifo(path)
    assert make_thumbnail(describe_only(path, path), SIDE, decoder) is None
    path = tmp_path / "a.pdf"
    assert not is_picture(Source(path, path, "a.pdf", "application/pdf", 1, 1))
    assert not is_picture(describe_only(tmp_path / "film.mp4", tmp_path / "film.mp4"))


def test_a_row_gets_its_thumbnail_without_waiting(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = jpeg(tmp_path / "a.jpg")
    with qtbot.waitSignal(window.view.delegate.thumbnails.came, timeout=PATIENCE):
        window.tell(UploadsAdded((replace(upload("a.jpg"), source=source_of(path)),)))
    tile = window.view.delegate.layout_of(
        window.view.visualRect(window.shown.index(0, 0)), window.shown.index(0, 0), active=False
    ).tile
    image: QImage = window.view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    color = image.pixelColor(round(tile.center().x() * ratio), round(tile.center().y() * ratio))
    assert color.blue() > 150
    assert color.red() < 100


def test_a_picture_that_ends_its_decoder_keeps_its_tile_and_all_lives(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    names = ["IMG_0002.heic", "sound.heic"]
    (tmp_path / names[0]).write_bytes(pictures.CRASHING.read_bytes())
    pictures.heic(tmp_path / names[1])
    rows = [
        replace(upload(name, order=order), source=source_of(tmp_path / name), state=UploadState.REFUSED)
        for order, name in enumerate(names)
    ]
    kept = window.view.delegate.thumbnails
    window.tell(UploadsAdded(tuple(rows)))
    qtbot.waitUntil(lambda: len(kept._kept) == 2, timeout=PATIENCE)
    assert {wish.source.name: pixmap is not None for wish, pixmap in kept._kept.items()} == {
        names[0]: False,
        names[1]: True,
    }


def test_only_visible_rows_are_asked_for(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    source = source_of(jpeg(tmp_path / "a.jpg"))
    many = [replace(upload(f"{n}.jpg", order=n), source=replace(source, name=f"{n}.jpg")) for n in range(500)]
    kept = window.view.delegate.thumbnails
    with qtbot.waitSignal(kept.came, timeout=PATIENCE):
        window.tell(UploadsAdded(tuple(many)))
    qtbot.waitUntil(lambda: not kept._waiting and not kept._began, timeout=PATIENCE)
    rows = window.view.viewport().height() // window.view.rowHeight(0) + 2
    assert 0 < len(kept._kept) <= rows


def test_memory_stays_within_bounds(tmp_path: Path, qtbot: QtBot) -> None:
    source = source_of(jpeg(tmp_path / "a.jpg"))
    kept = Thumbnails(most=5)
    for n in range(12):
        with qtbot.waitSignal(kept.came, timeout=PATIENCE):
            assert kept.of(replace(source, name=f"{n}.jpg"), SIDE, 2.0) is None
    assert (len(kept._kept), kept.kept_bytes) == (5, 5 * 80 * 80 * 4)
    pixmap = kept.of(replace(source, name="11.jpg"), SIDE, 2.0)
    assert pixmap is not None
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (80, 2.0)
    assert pixmap.deviceIndependentSize().toSize().width() == SIDE
    assert pixmap.toImage().pixelColor(40, 40) != Qt.GlobalColor.transparent


def test_long_texts_in_a_picture_do_not_stop_the_window(tmp_path: Path) -> None:
    texts = b"".join(chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(7_900_000))) for _ in range(6))
    content = png(tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(content[:33] + texts + content[33:])
    thread = Thread(target=make_thumbnail, args=(source_of(tmp_path / "a.png"), SIDE), daemon=True)
    thread.start()
    turns = 0
    while thread.is_alive():
        thread.join(0.002)
        turns += 1
    assert turns > 10


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
