"""What programs offer is judged by rules on plain data, and the window says of each what letting go would do."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.gui.dragging import drop, enter, files, offering, png, text
from tests.gui.fake_engine import CTRL, Window
from tests.gui.offers import OFFERS, Recorded, descriptor
from uploader_gui.engine.fetching import VirtualFile
from uploader_gui.engine.models import Origin
from uploader_gui.gui.drop.add_files import EntryCounts
from uploader_gui.gui.drop.mime import Picture, decision_on
from uploader_gui.gui.drop.offer import DropKind, described_files, harmless_names
from uploader_gui.platform.gvfs import mounted_path

KNOWN_TO_QT = ("text/", "image/", "application/x-qt-image")


def brought_by_qt(offer: Recorded) -> QMimeData:
    mime = QMimeData()
    for name, data in offer.formats.items():
        if name == "application/x-qt-image":
            mime.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
            continue
        is_wrapped = offer.windows and not name.startswith(KNOWN_TO_QT)
        shown = f'application/x-qt-windows-mime;value="{name}"' if is_wrapped else name
        mime.setData(shown, data if isinstance(data, bytes) else data.encode())
    return mime


@pytest.mark.skipif(sys.platform == "win32", reason="its paths have drives")
@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.source)
def test_each_program_s_offer_is_taken_or_explained_as_what_it_is(window: Window, offer: Recorded) -> None:
    window.set_anomaly("4217")
    mime = brought_by_qt(offer)
    decision = decision_on(mime)
    names = list(harmless_names(decision.files)) if decision.files else [path.name for path in decision.paths]
    assert (decision.kind, tuple(names), decision.origin) == (offer.kind, offer.names, offer.origin)
    enter(window, mime)
    assert window.add_files.target.overlay.title.text() == offer.said
    assert bool(decision.kind.refusal) == offer.said.startswith("This cannot be taken: ")
    if offer.left_out and decision.is_taken and decision.kind is DropKind.FILES:
        assert decision.left_out == offer.left_out
        assert offer.left_out[0] in window.add_files.target.overlay.subtitle.text()


def test_what_is_refused_has_another_colour_than_what_is_taken(window: Window) -> None:
    window.set_anomaly("4217")
    colors = []
    for offered in (files("/a.jpg"), text("Bonjour")):
        enter(window, offered)
        shot = window.add_files.target.overlay.grab().toImage()
        colors.append(shot.pixelColor(shot.width() // 2, shot.height() // 4).name())
    wanted = window.add_files.target.overlay.theme.colors
    assert colors == [wanted.accent_soft.lower(), wanted.danger_soft.lower()]


def test_sizes_times_and_folders_of_a_list_of_virtual_files_are_read() -> None:
    raw = bytearray(descriptor(("DCIM", -1), ("DCIM\\a.jpg", 5_000_000_000), ("b.jpg", None), ("c.jpg", 0)))
    raw[4 + 592 : 4 + 596] = (0x4 | 0x20 | 0x40).to_bytes(4, "little")
    raw[4 + 592 + 56 : 4 + 592 + 64] = (133_500_000_000_000_000).to_bytes(8, "little")
    told = list(described_files(bytes(raw)))
    assert told == [
        VirtualFile(1, "DCIM\\a.jpg", 5_000_000_000, 1_705_526_400.0),
        VirtualFile(2, "b.jpg"),
        VirtualFile(3, "c.jpg"),  # announced as 0: many sources do not know it
    ]


def test_ten_thousand_virtual_files_are_taken_and_not_one_more() -> None:
    names = [(f"{n}.jpg", 1) for n in range(10_001)]
    assert len(list(described_files(descriptor(*names[:-1])))) == 10_000
    with pytest.raises(OverflowError):
        list(described_files(descriptor(*names)))


def test_what_systems_leave_behind_is_left_out_of_virtual_folders_and_counted_and_is_alone_no_file() -> None:
    names = (
        "IMG_1.JPG", "Thumbs.db", "DCIM\\desktop.ini", "DCIM\\.DS_Store", "DCIM\\.nomedia", "__MACOSX\\._IMG_1.JPG",
    )  # fmt: skip
    kept = ("DCIM\\a.jpg", ".\\b.jpg", "..\\c.jpg", ".hidden alone.jpg")
    mime = offering('application/x-qt-windows-mime;value="FileContents"', b"\0")
    described = descriptor(*((name, 1) for name in (*names, *kept)), ("~$Report.docx", 5), (".trash\\d.jpg", 1))
    mime.setData('application/x-qt-windows-mime;value="FileGroupDescriptorW"', described)
    decision = decision_on(mime)
    assert [file.name for file in decision.files] == ["IMG_1.JPG", *kept]
    assert not any(file.is_alone for file in decision.files)
    assert decision.junk == 7
    mime = offering('application/x-qt-windows-mime;value="FileContents"', b"\0")
    mime.setData('application/x-qt-windows-mime;value="FileGroupDescriptorW"', descriptor(("Thumbs.db", 1)))
    assert decision_on(mime).kind is DropKind.NOTHING


@pytest.mark.parametrize(
    ("given", "harmless"),
    [
        (["a.jpg", "A.JPG", "a.jpg", "a (2).jpg"], ["a.jpg", "A (2).JPG", "a (3).jpg", "a (2) (2).jpg"]),
        (["\u00e9.jpg", "e\u0301.jpg"], ["\u00e9.jpg", "e\u0301 (2).jpg"]),
        (["x/a.jpg", "y\\a.jpg", "x\\A.jpg"], ["x/a.jpg", "y/a.jpg", "x/A (2).jpg"]),
        (["", ".", "..", "\\", "C:", "a\tb|.png"], [*(f"file {n}" for n in range(1, 6)), "a_b_.png"]),
        (
            ["COM1.jpg", "LPT9", "nul", "conin$", "console.txt"],
            ["_COM1.jpg", "_LPT9", "_nul", "_conin$", "console.txt"],
        ),
        (["x" * 255 + ".jpg", "étage – 日本語 📷 #%.jpg"], ["x" * 120 + ".jpg", "étage – 日本語 📷 #%.jpg"]),
        (["a:b.jpg", "C:\\x\\c.jpg", "C:d.jpg"], ["a_b.jpg", "x/c.jpg", "C_d.jpg"]),
        ([".bashrc", "noext", "noext"], [".bashrc", "noext", "noext (2)"]),
        (
            ["a", "A/b", "a/c", "x/y/z", "x", "X/y", "a"],
            ["a", "A (2)/b", "a (2)/c", "x/y/z", "x (2)", "X/y (2)", "a (3)"],
        ),
    ],
)
def test_names_from_strangers_become_harmless_and_twins_are_numbered(given: list[str], harmless: list[str]) -> None:
    assert list(harmless_names(VirtualFile(at, name) for at, name in enumerate(given))) == harmless


@pytest.mark.parametrize(
    ("address", "mount", "inside"),
    [
        ("mtp://SAMSUNG_Android_12/DCIM/a%20b.jpg", "mtp:host=SAMSUNG_Android_12", "DCIM/a b.jpg"),
        ("mtp://samsung_android_12/", "mtp:host=SAMSUNG_Android_12", ""),
        ("mtp://[usb:001,007]/a.jpg", "mtp:host=%5Busb%3A001%2C007%5D", "a.jpg"),
        ("smb://nas/Photos/%C3%A9t%C3%A9/a.jpg", "smb-share:server=nas,share=photos", "été/a.jpg"),
        ("smb://WORK;marie@nas/p/a.jpg", "smb-share:domain=WORK,server=nas,share=p,user=marie", "a.jpg"),
        ("sftp://marie@example.org:2222/srv/a.jpg", "sftp:host=example.org,port=2222,user=marie", "srv/a.jpg"),
        ("gphoto2://Canon_EOS/DCIM/a.cr2", "gphoto2:host=Canon_EOS", "DCIM/a.cr2"),
        ("davs://cloud.example/dav/a.pdf", "dav:host=cloud.example,prefix=%2Fdav,ssl=true", "a.pdf"),
    ],
)
def test_a_place_that_gnome_mounted_is_read_through_that(tmp_path: Path, address: str, mount: str, inside: str) -> None:
    (tmp_path / mount).mkdir()
    (tmp_path / "sftp:host=other.example").mkdir()
    assert mounted_path(address, tmp_path) == tmp_path / mount / inside


@pytest.mark.parametrize(
    "address",
    [
        "mtp://OTHER/a.jpg", "sftp://example.org/../../etc/passwd", "mtp:/Galaxy/a.jpg", "smb://nas",
        "sftp://example.org/%00",
    ],
)  # fmt: skip
def test_what_is_not_mounted_or_leads_out_of_its_mount_has_no_path(tmp_path: Path, address: str) -> None:
    (tmp_path / "sftp:host=example.org").mkdir()
    (tmp_path / "mtp:host=SAMSUNG").mkdir()
    assert mounted_path(address, tmp_path) is None


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="GNOME's places")
def test_files_of_a_mounted_phone_are_added_and_the_rest_is_named(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    phone = tmp_path / "gvfs" / "mtp:host=Phone"
    phone.mkdir(parents=True)
    window.set_anomaly("4217")
    mime = offering("text/uri-list", b"mtp://Phone/IMG_1.jpg\r\nmtp://Phone/IMG_2.jpg\r\n")
    enter(window, mime)
    assert window.add_files.target.overlay.title.text() == "Add 2 files from your phone to anomaly 4217"
    drop(window, mime)
    assert window.engine.added == [([phone / "IMG_1.jpg", phone / "IMG_2.jpg"], "4217")]
    beside = decision_on(offering("text/uri-list", b"mtp://Phone/IMG_1.jpg\r\nfile:///b.jpg\r\n"))
    assert (beside.kind, beside.origin) == (DropKind.FILES, None)
    drop(window, offering("text/uri-list", b"mtp://Other/IMG_1.jpg\r\nfile:///b.jpg\r\n"))
    assert "IMG_1.jpg (mtp)" in window.banner.text.text()


@pytest.mark.parametrize("place", ["field", "search", "list"])
@pytest.mark.parametrize(
    ("offered", "advice"),
    [
        (("RenPrivateMessages", b"\0"), "Save the e-mail to a folder first"),
        (("com.apple.NSFilePromise", b"\0"), "Drag it to a folder first"),
        (("text/uri-list", b"mtp://Phone/a.jpg"), "Copy it to a folder"),
        (("application/x-something", b"\0"), "There is no file in it."),
    ],
    ids=["mail", "promise", "phone", "nothing"],
)
def test_paste_explains_the_same_from_every_place_in_the_window(
    window: Window, offered: tuple[str, bytes], advice: str, place: str
) -> None:
    places: dict[str, QWidget] = {"field": window.header.field, "search": window.filters.search, "list": window.empty}
    QGuiApplication.clipboard().setMimeData(offering(*offered))
    QTest.keyClick(places[place], Qt.Key.Key_V, CTRL)
    assert advice in window.banner.text.text()
    assert (window.header.field.text(), window.engine.added) == ("", [])


@pytest.mark.parametrize("place", ["field", "search", "list", "button"])
@pytest.mark.parametrize("number", ["", "12 ab!"])
@pytest.mark.parametrize("key", [Qt.Key.Key_V, Qt.Key.Key_Insert])
def test_pasted_files_wait_for_a_number_wherever_the_cursor_is(
    window: Window, tmp_path: Path, place: str, number: str, key: Qt.Key
) -> None:
    modifier = CTRL if key is Qt.Key.Key_V else Qt.KeyboardModifier.ShiftModifier
    window.header.field.setText(number)
    (photo := tmp_path / "a.jpg").touch()
    header, search = window.header, window.filters.search
    places: dict[str, QWidget] = {
        "field": header.field,
        "search": search,
        "list": window.empty,
        "button": header.settings,
    }
    for copied in (files(photo), text(str(photo))):
        QGuiApplication.clipboard().setMimeData(copied)
        QTest.keyClick(places[place], key, modifier)
        assert window.add_files.kept == EntryCounts(files=1, folders=0)
        window.add_files.forget_kept()
    assert (window.engine.added, header.field.text()) == ([], number)


def test_the_field_s_menu_pastes_as_the_key_does(window: Window) -> None:
    window.set_anomaly("4217")
    QGuiApplication.clipboard().setMimeData(files("/a.jpg"))
    menu = window.header.field.context_menu()
    (action,) = (one for one in menu.actions() if one.objectName() == "edit-paste")
    assert action.isEnabled()
    action.trigger()
    assert len(window.engine.added) == 1


def test_a_picture_keeps_its_own_bytes_and_name_where_they_are_offered(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    picture = png(QImage(3, 3, QImage.Format.Format_RGB32))
    for name, data, given in (
        ("image/jpeg", b"\xff\xd8\xff", ".jpg"),
        ("image/svg+xml", b"<svg/>", ".svg"),
        ('application/octet-stream;name="../a:b.webp"', b"RIFF", "a_b.webp"),
        ('application/octet-stream;name="x/.jpg"', b"RIFF", ".jpg"),
        ("image/png", picture, ".png"),
    ):
        mime = offering(name, data)
        mime.setData("text/x-moz-url", b"\0")
        with qtbot.waitSignal(window.picture_given) as told:
            drop(window, mime)
        handed_on, _ = told.args or [None, None]
        assert isinstance(handed_on, Picture)
        assert (handed_on.content, handed_on.name, handed_on.origin) == (data, given, Origin.WEB_PAGE)
    of_both = offering("image/jpeg", b"\xff\xd8\xff")
    of_both.setData("image/png", picture)
    assert decision_on(of_both).picture == "image/png"  # it loses nothing


class WindowsPicture(QMimeData):
    """A picture as Qt's clipboard on Windows holds it: only the bitmap is listed, the rest is there if asked for."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__()
        self._formats = {f'application/x-qt-windows-mime;value="{name}"': content}

    def formats(self) -> list[str]:
        return ["application/x-qt-image"]

    def hasFormat(self, name: str) -> bool:  # noqa: N802 - Qt's name
        return name in self.formats()

    def retrieveData(self, name: str, _type: object) -> object:  # noqa: N802 - Qt's name
        if name == "application/x-qt-image":
            return QImage(3, 3, QImage.Format.Format_RGB32)
        return QByteArray(self._formats.get(name, b""))


@pytest.mark.parametrize(("format_", "extension"), [("PNG", ".png"), ("JFIF", ".jpg"), ("GIF", ".gif")])
def test_on_windows_too_a_picture_keeps_its_bytes(window: Window, qtbot: QtBot, format_: str, extension: str) -> None:
    window.set_anomaly("4217")
    with qtbot.waitSignal(window.picture_given) as told:
        drop(window, WindowsPicture(format_, b"its own bytes"))
    picture, _ = told.args or [None, None]
    assert isinstance(picture, Picture)
    assert (picture.content, picture.name) == (b"its own bytes", extension)


def test_a_sandboxed_program_s_key_is_handed_on_for_the_anomaly_shown(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    with qtbot.waitSignal(window.add_files.portal_given) as told:
        drop(window, offering("application/vnd.portal.filetransfer", b"2158\0"))
    assert told.args == ["2158", "4217"]
