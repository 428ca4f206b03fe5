"""Dropping and pasting: the whole window takes files, binds them to the anomaly shown, and leaves no trace."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QMetaType, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDragLeaveEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.dragging import BOTH, LEFT, NONE, added, drop, enter, files, let_go, link, move, offering, png, text
from tests.gui.fake_engine import CTRL, Window
from uploader_gui.engine.options import AddOptions, Choices
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.drop import add_files, mime
from uploader_gui.gui.drop.mime import Picture


def test_a_drop_goes_to_the_anomaly_shown_at_that_moment(window: Window) -> None:
    window.set_anomaly("4217")
    drop(window, files("/a.jpg", "/b.jpg"))
    window.set_anomaly("9")
    drop(window, files("/c.jpg"))
    assert window.engine.added == [added(["/a.jpg", "/b.jpg"], "4217"), added(["/c.jpg"], "9")]


COPY, MOVE, SHIFT = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    ("offered", "keys", "proposed", "answered"),
    [(BOTH, NONE, COPY, COPY), (BOTH, SHIFT, MOVE, COPY), (MOVE, NONE, MOVE, Qt.DropAction.IgnoreAction)],
    ids=["copy proposed", "move proposed", "nothing but a move"],
)
def test_files_are_taken_and_never_moved_whatever_is_proposed(
    window: Window, offered: Qt.DropAction, keys: Qt.KeyboardModifier, proposed: Qt.DropAction, answered: Qt.DropAction
) -> None:
    window.set_anomaly("4217")
    events = [act(window, files("/a"), offered, keys) for act in (enter, move, drop)]
    told = [(event.proposedAction(), event.isAccepted(), event.dropAction()) for event in events]
    assert (told, window.engine.added) == ([(proposed, True, answered)] * 3, [added(["/a"], "4217")])


def test_the_window_lights_up_and_says_how_many_to_which_anomaly(window: Window, tmp_path: Path) -> None:
    window.set_anomaly("4217")
    (tmp_path / "b.jpg").touch()
    for dragged, said in (
        ([f"/{n}.jpg" for n in range(25)], "Add 25 files to anomaly 4217"),
        ([tmp_path], "Add 1 folder to anomaly 4217"),
        ([tmp_path, tmp_path / "b.jpg"], "Add 2 files and folders to anomaly 4217"),
    ):
        enter(window, files(*dragged))
        assert window.add_files.target.overlay.isVisible()
        assert window.add_files.target.overlay.title.text() == said
        assert window.add_files.target.overlay.geometry() == window.rect()


def test_nothing_is_left_when_the_drag_leaves(window: Window) -> None:
    before = window.grab().toImage()
    enter(window, files("/a.jpg"))
    assert window.grab().toImage() != before
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.add_files.target.overlay.isVisible()
    assert (window.grab().toImage(), window.engine.added) == (before, [])


def test_without_a_number_files_are_kept_until_one_is_entered(window: Window) -> None:
    enter(window, files("/a.jpg"))
    assert window.add_files.target.overlay.title.text() == "Type the anomaly’s number, then drop"
    drop(window, files("/a.jpg", "/b.jpg"))
    drop(window, files("/b.jpg", "/c.jpg"))
    assert window.header.hint.text() == "3 files wait for the number."
    assert window.empty.title.text() == "3 files wait for the number."  # an unchanged card would look like a lost drop
    QTest.keyClicks(window.header.field, "4217")
    assert window.engine.added == []  # 4, 42 and 421 are valid numbers too
    QTest.keyClick(window.header.field, Qt.Key.Key_Return)
    assert window.engine.added == [added(["/a.jpg", "/b.jpg", "/c.jpg"], "4217")]
    assert window.header.hint.text() == ""
    QTest.keyClick(window.header.field, Qt.Key.Key_Return)
    assert len(window.engine.added) == 1


def test_kept_files_can_be_added_with_the_mouse(window: Window, tmp_path: Path) -> None:
    drop(window, files("/a.jpg", "/b.jpg"))
    assert not window.header.add_kept.isVisible()
    window.set_anomaly("4217")
    assert window.header.add_kept.text() == window.empty.title.text() == "Add 2 files to anomaly 4217"
    window.set_anomaly("")
    drop(window, files(tmp_path))
    window.set_anomaly("4217")
    said = "Add 3 files and folders to anomaly 4217"  # as while it was dragged
    assert window.header.add_kept.text() == window.empty.title.text() == said
    assert window.header.hint.text() == ""  # they wait for no number any more
    QTest.mouseClick(window.header.add_kept, LEFT)
    assert window.engine.added == [added(["/a.jpg", "/b.jpg", str(tmp_path)], "4217")]
    assert not window.header.add_kept.isVisible()
    assert window.empty.title.text() == "Drop photos, reports and e-mails here"


def test_what_holds_no_files_is_explained_and_not_taken(window: Window) -> None:
    window.set_anomaly("4217")
    for offered, advice in (
        (offering("RenPrivateMessages"), "Save the e-mail to a folder first"),
        (offering("com.apple.pasteboard.promised-file-url"), "Drag it to a folder first"),
        (link("https://example.org/photo.jpg"), "Links are not downloaded."),
        (text("https://example.org/"), "Links are not downloaded."),
        (text("Bonjour"), "Text cannot be sent on its own."),
        (offering("application/x-something"), "There is no file in it."),
    ):
        enter(window, offered)
        assert window.add_files.target.overlay.title.text().startswith("This cannot be taken: ")
        assert advice in window.add_files.target.overlay.subtitle.text()
        drop(window, offered)
        assert not window.add_files.target.overlay.isVisible()
        assert advice in window.banner.text.text()
        QTest.mouseClick(window.banner.button, LEFT)
        assert window.banner.isHidden()
    assert window.engine.added == []


def test_a_picture_without_a_file_is_handed_on_to_become_one(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    picture = QImage(8, 6, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    whole, raw, from_browser = QMimeData(), offering("image/png", png(picture)), link("https://example.org/a.png")
    whole.setImageData(picture)
    from_browser.setImageData(picture)
    for offered in (whole, raw, from_browser):
        enter(window, offered)
        assert window.add_files.target.overlay.title.text() == "Add this picture to anomaly 4217"
        with qtbot.waitSignal(window.picture_given) as given:
            drop(window, offered)
        handed_on, anomaly_id = given.args or [None, None]
        assert isinstance(handed_on, Picture)
        image = QImage.fromData(handed_on.content) if handed_on.content else handed_on.image
        assert (image.width(), image.pixelColor(3, 3)) == (8, QColor(Qt.GlobalColor.red))
        assert anomaly_id == "4217"


def test_text_is_pasted_where_it_is_paths_of_files_else_it_is_said_what_to_do(window: Window, tmp_path: Path) -> None:
    QGuiApplication.clipboard().setText("Bonjour")
    QTest.keyClick(window.empty, Qt.Key.Key_V, CTRL)
    assert window.banner.text.text().startswith("Text cannot be sent on its own.")
    assert window.engine.added == []
    window.set_anomaly("4217")
    photo = tmp_path / "a b.jpg"
    photo.touch()
    QGuiApplication.clipboard().setText(f'"{photo}"\n{tmp_path / "missing.jpg"}\nrelative.jpg\n')
    QTest.keyClick(window.empty, Qt.Key.Key_V, CTRL)
    assert window.engine.added == [added([str(photo)], "4217")]


def test_only_local_files_of_a_mixed_drag_are_taken_each_once(window: Window) -> None:
    window.set_anomaly("4217")
    mime = files("/a.jpg", "/a.jpg", "/b c#%20é.jpg")
    mime.setUrls([*mime.urls(), QUrl("https://example.org/x.jpg")])
    drop(window, mime)
    assert window.engine.added == [added(["/a.jpg", "/b c#%20é.jpg"], "4217")]
    assert window.banner.text.text().startswith(
        "1 item was left out, because it is in no folder of this computer: x.jpg (https)."
    )


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (b"file://localhost/tmp/a.jpg", "/tmp/a.jpg"),
        (b"FILE://LocalHost/tmp/a.jpg", "/tmp/a.jpg"),
        (f"file://{socket.gethostname()}/tmp/a.jpg".encode(), "/tmp/a.jpg"),
        (f"file://{socket.gethostname().upper()}.example.org/tmp/a.jpg".encode(), "/tmp/a.jpg"),
        (b"file:/tmp/a.jpg", "/tmp/a.jpg"),
        (b"file:///tmp/caf%E9.jpg", os.fsdecode(b"/tmp/caf\xe9.jpg")),
        (b"file:///tmp/caf%C3%A9%20%23%3F.jpg", "/tmp/café #?.jpg"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="a host means a share there")
def test_every_spelling_of_a_local_file_is_taken(window: Window, url: bytes, path: str) -> None:
    window.set_anomaly("4217")
    drop(window, offering("text/uri-list", b"# from a file manager\r\n" + url + b"\r\n"))
    assert window.engine.added == [added([path], "4217")]
    assert window.banner.isHidden()


@pytest.mark.skipif(sys.platform == "win32", reason="its names hold no question mark")
@pytest.mark.parametrize("name", ["a#1.jpg", "is it?.jpg", "a?b#c.jpg", "100%25#1.jpg"])
def test_names_that_a_program_did_not_escape_are_those_of_the_files_that_are_there(
    window: Window, tmp_path: Path, name: str
) -> None:
    window.set_anomaly("4217")
    (photo := tmp_path / name.replace("%25", "%")).touch()
    drop(window, offering("text/uri-list", f"file://{tmp_path}/{name}\r\nfile:///no/page.html#part\r\n".encode()))
    assert window.engine.added == [added([str(photo), "/no/page.html"], "4217")]


def test_files_of_a_program_that_ends_at_the_drop_are_added_all_the_same(window: Window, tmp_path: Path) -> None:
    window.set_anomaly("4217")
    (photo := tmp_path / "a.jpg").touch()
    for offered in (files(photo), offering("image/jpeg"), files(tmp_path / "extracted only at the drop.jpg")):
        enter(window, offered)
        let_go(window, QMimeData())
    assert window.engine.added == [added([str(photo)], "4217")]
    assert window.banner.text.text().startswith("The other program ended, or took it back, before it was read.")


def test_what_hovers_no_more_is_noticed_by_the_pointer_though_its_program_says_nothing(
    window: Window, qtbot: QtBot
) -> None:
    window.set_anomaly("4217")
    enter(window, text("Bonjour"))
    assert window.add_files.target.overlay.isVisible()
    handle = window.windowHandle()
    assert handle is not None
    QTest.mouseMove(handle, window.rect().center())
    QTest.mouseMove(handle, window.rect().center() + QPoint(5, 5))
    qtbot.waitUntil(window.add_files.target.overlay.isHidden)


@pytest.mark.parametrize("copied", ["/", "//", "file:///", "/\n/no/such"])
def test_the_root_is_not_sent_because_it_was_copied_as_text(window: Window, copied: str) -> None:
    window.set_anomaly("4217")
    drop(window, text(copied))
    assert window.engine.added == []


@pytest.mark.skipif(sys.platform == "win32", reason="a host means a share there")
def test_what_is_not_on_this_computer_is_counted_and_named(window: Window) -> None:
    window.set_anomaly("4217")
    elsewhere = (
        b"smb://nas/share/photo%20a.jpg", b"mtp://[usb:001,002]/DCIM/b.jpg", b"sftp://me@there/c.jpg",
        b"file://nas.example.org/share/d.jpg", b"file:///tmp/e%00.jpg",
    )  # fmt: skip
    drop(window, offering("text/uri-list", b"\r\n".join([b"file:///a.jpg", *elsewhere])))
    assert window.engine.added == [added(["/a.jpg"], "4217")]
    assert window.banner.text.text().startswith(
        "5 items were left out, because they are in no folder of this computer: photo a.jpg (smb), b.jpg (mtp), "
        "c.jpg (sftp), …"
    )
    for url in elsewhere:
        drop(window, offering("text/uri-list", url))
        assert window.banner.text.text().startswith("This is on another device or server. Copy it to a folder")
    assert len(window.engine.added) == 1


def test_no_field_swallows_a_drop(window: Window) -> None:
    window.dialogs.sign_in(TokensKept.MEMORY)
    fields = window.findChildren(QLineEdit)
    assert len(fields) >= 4
    assert not any(field.acceptDrops() for field in fields)


def test_a_sleeping_share_does_not_hold_up_the_drag(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(add_files, "_FOLDER_CHECK_SECONDS", -1.0)  # a constant: no disk is asked any more
    assert add_files.folders_among([tmp_path / "a.jpg", tmp_path / "photos"]) == {tmp_path / "photos"}


@pytest.mark.parametrize("in_field", [True, False])
def test_pasted_files_and_screenshots_are_taken(window: Window, qtbot: QtBot, *, in_field: bool) -> None:
    window.set_anomaly("4217")
    QGuiApplication.clipboard().setMimeData(files("/a.jpg"))
    target: QWidget = window.header.field if in_field else window.empty
    target.setFocus()
    QTest.keyClick(target, Qt.Key.Key_V, CTRL)
    assert (window.engine.added, window.header.field.text()) == ([added(["/a.jpg"], "4217")], "4217")
    QGuiApplication.clipboard().setImage(QImage(8, 6, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(window.picture_given):
        QTest.keyClick(target, Qt.Key.Key_V, CTRL)


def test_a_pasted_number_goes_into_the_field(window: Window) -> None:
    QGuiApplication.clipboard().setText(" 4217 ")
    window.header.field.setFocus()
    QTest.keyClick(window.header.field, Qt.Key.Key_V, CTRL)
    assert (window.header.field.anomaly_id, window.engine.added) == ("4217", [])


def test_text_that_comes_with_a_picture_is_pasted_into_the_field_as_text(window: Window, qtbot: QtBot) -> None:
    """As a spreadsheet copies a cell."""
    cell = text("4217")
    cell.setImageData(QImage(8, 6, QImage.Format.Format_RGB32))
    QGuiApplication.clipboard().setMimeData(cell)
    window.header.field.setFocus()
    with qtbot.assertNotEmitted(window.picture_given):
        QTest.keyClick(window.header.field, Qt.Key.Key_V, CTRL)
    assert window.header.field.text() == "4217"


def test_a_picture_that_comes_with_its_address_is_pasted_from_the_field_too(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    picture = link("https://example.org/photo.png")
    picture.setImageData(QImage(8, 6, QImage.Format.Format_RGB32))
    QGuiApplication.clipboard().setMimeData(picture)
    window.header.field.setFocus()
    with qtbot.waitSignal(window.picture_given):
        QTest.keyClick(window.header.field, Qt.Key.Key_V, CTRL)
    assert window.header.field.text() == "4217"


@pytest.mark.skipif(sys.platform == "win32", reason="its paths have drives")
@pytest.mark.parametrize("copied", ["{}", "copy\n{}", "x-special/nautilus-clipboard\ncut\n{}", "\n\n{}\n"])
def test_a_list_of_paths_is_taken_whole_and_what_is_gone_is_told(window: Window, tmp_path: Path, copied: str) -> None:
    (tmp_path / "0.pdf").touch()
    paths = [str(tmp_path / f"{number}.pdf") for number in range(1_500)]
    window.set_anomaly("4217")
    drop(window, text(copied.format("\n".join(paths))))
    assert window.engine.added == [added(paths, "4217")]


def test_of_other_text_only_the_lines_that_are_there_are_taken(window: Window, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    window.set_anomaly("4217")
    drop(window, text(f"See\n{tmp_path / 'a.pdf'}\n{tmp_path / 'gone.pdf'}"))
    assert window.engine.added == [added([str(tmp_path / "a.pdf")], "4217")]


@pytest.mark.skipif(sys.platform == "win32", reason="its paths have drives")
def test_a_path_in_place_of_a_url_is_taken_and_what_is_neither_is_named(window: Window, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (tmp_path / name).touch()
    window.set_anomaly("4217")
    lines = (f"file://{tmp_path}/a.pdf", str(tmp_path / "b.pdf"), "../c.pdf", "photo.jpg")
    drop(window, offering("text/uri-list", "\r\n".join(["# a comment", *lines]).encode()))
    assert window.engine.added == [added([str(tmp_path / "a.pdf"), str(tmp_path / "b.pdf")], "4217")]
    assert window.banner.text.text().startswith("2 items were left out")
    assert "c.pdf, photo.jpg" in window.banner.text.text()


class ListedByAnother(QMimeData):
    """A list of addresses as another program wrote it: Qt reads URLs in it, and has its bytes as well."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content

    def formats(self) -> list[str]:
        return ["text/uri-list"]

    def hasFormat(self, name: str) -> bool:  # noqa: N802 - Qt's name
        return name == "text/uri-list"

    def retrieveData(self, name: str, kind: Any) -> object:  # noqa: N802 - Qt's name
        if name != "text/uri-list":
            return None
        if kind == QMetaType(QMetaType.Type.QByteArray):
            return QByteArray(self._content)
        return [QUrl.fromEncoded(QByteArray(line)) for line in self._content.splitlines()]


def test_a_bare_path_with_a_blank_is_no_other_file(tmp_path: Path) -> None:
    for name in ("a b.jpg", "a%20b.jpg"):
        (tmp_path / name).touch()
    listed = ListedByAnother(f"{tmp_path}/a b.jpg\r\n".encode())
    assert mime.decision_on(listed).paths == (tmp_path / "a b.jpg",)


def test_a_line_of_other_text_does_not_cut_a_list_of_paths_and_what_cannot_be_looked_at_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    listed = [str(tmp_path / "a.jpg")] * 1500
    assert len(mime.paths_in_text("\n".join(["these are:", *listed]))) == len(listed)
    endless = tmp_path / ("x" * 10_000)
    assert (add_files.folders_among([endless]), mime.paths_in_text(str(endless))) == (set(), [])


def test_files_a_start_was_given_wait_for_enter_whatever_stands_in_the_field(window: Window, tmp_path: Path) -> None:
    window.header.field.setText("421")  # somebody is typing 4217
    window.add_files.keep([tmp_path / "a.pdf"])
    assert window.engine.added == []
    window.header.field.setText("4217")
    QTest.keyClick(window.header.field, Qt.Key.Key_Return)
    assert window.engine.added == [([tmp_path / "a.pdf"], "4217")]


def test_what_is_wanted_for_kept_files_holds_for_them_when_there_is_a_number(window: Window, tmp_path: Path) -> None:
    in_zip = AddOptions(choices=Choices.from_flags(convert=False, zipped=True))
    window.add_files.keep([tmp_path / "a.pdf"])
    window.add_files.add([tmp_path / "b.mp4", tmp_path / "c.mp4"], in_zip)
    window.set_anomaly("4217")
    window.add_files.add_kept()
    assert window.engine.added == [([tmp_path / "a.pdf"], "4217"), ([tmp_path / "b.mp4", tmp_path / "c.mp4"], "4217")]
    assert window.engine.add_options == [AddOptions(), in_zip]
    window.add_files.add([tmp_path / "d.mp4"], in_zip)
    assert window.engine.add_options[-1] == in_zip
