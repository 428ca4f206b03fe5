"""Files compared with a receipt: which are equal, changed, missing, not on it, or were never on a disk."""

import hashlib
import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from uploader_gui.engine.receipt import CHECKSUM, checksum
from uploader_gui.engine.receipt_check import ReceiptUnreadable, Verdict, all_equal, compare, read_receipt

BEGINNING = b'{\n  "schema": 1,\n  "program"'
"""How the program writes a receipt; that of `write` is as good, but for the blanks."""


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def row(path: Path | None, content: bytes | None = b"", **more: Any) -> dict[str, Any]:
    name = more.pop("name", path.name if path else "mail.msg")
    places = {} if path is None else {"path": str(path)}
    return places | {"name": name, "state": "uploaded", "sha256": None if content is None else sha(content)} | more


def write(folder: Path, *rows: dict[str, Any], **more: Any) -> Path:
    receipt: dict[str, Any] = {"schema": 1, "program": "uploader-gui 0.2.0", "anomaly_id": "42", "files": rows, **more}
    path = folder / "receipt.json"
    path.write_text(json.dumps(receipt | {CHECKSUM: checksum(receipt)}), "utf-8")
    return path


def verdicts(receipt: Path, *paths: Path) -> dict[str, Verdict]:
    return {Path(line.path).name: line.verdict for line in compare(read_receipt(receipt), paths, receipt)}


def test_files_in_their_places_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "same.txt").write_bytes(b"same")
    (tmp_path / "changed.txt").write_bytes(b"changes")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to("nowhere")
    (tmp_path / "photo.heic").write_bytes(b"heic")
    original = {"name": "photo.heic", "sha256": sha(b"heic")}
    receipt = write(
        tmp_path,
        row(tmp_path / "link.txt", b"link"),
        row(tmp_path / "same.txt", b"same"),
        row(tmp_path / "changed.txt", b"change?"),
        row(tmp_path / "gone.txt", b"gone"),
        row(tmp_path / "pipe.txt", b"pipe"),
        row(tmp_path / "refused.exe", None),
        row(None, b"mail", source="Outlook"),
        row(tmp_path / "photo.heic", b"jpeg", name="photo.jpg", original=original),
    )
    assert verdicts(receipt) == {
        "same.txt": Verdict.EQUAL,
        "changed.txt": Verdict.CHANGED,
        "gone.txt": Verdict.MISSING,
        "pipe.txt": Verdict.UNREADABLE,
        "link.txt": Verdict.UNREADABLE,
        "refused.exe": Verdict.NO_CHECKSUM,
        "mail.msg": Verdict.NOT_ON_DISK,
        "photo.heic": Verdict.EQUAL,
    }


def test_a_folder_copied_elsewhere_is_recognised_by_bytes_then_by_name(tmp_path: Path) -> None:
    there = tmp_path / "copy"
    for name, content in {
        "a/photo.jpg": b"first",
        "b/photo.jpg": b"second",
        "b/new name.jpg": b"third",
        "c/report.PDF": b"edited",
        "c/extra.txt": b"extra",
        "x/É.jpg": b"edited",
        "c/Thumbs.db": b"junk",
        "mail.msg": b"mail",
    }.items():
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_bytes(content)
    receipt = write(
        there,
        row(Path("/evidence/b/photo.jpg"), b"second"),
        row(Path("/evidence/a/photo.jpg"), b"first"),
        row(Path("/evidence/third.jpg"), b"third"),
        row(Path("/evidence/c/report.pdf"), b"report"),
        row(Path("/evidence/c/lost.txt"), b"lost"),
        row(None, b"mail", source="Outlook"),
        row(None, b"photo", name="É.jpg") | {"path": "C:\\Users\\a\\x\\É.jpg"},
    )
    lines = [(line.path, line.verdict) for line in compare(read_receipt(receipt), [there], receipt)]
    assert lines == [
        ("/evidence/b/photo.jpg", Verdict.EQUAL),
        ("/evidence/a/photo.jpg", Verdict.EQUAL),
        ("/evidence/third.jpg", Verdict.EQUAL),
        ("/evidence/c/report.pdf", Verdict.CHANGED),
        ("/evidence/c/lost.txt", Verdict.MISSING),
        ("mail.msg", Verdict.EQUAL),
        ("C:\\Users\\a\\x\\É.jpg", Verdict.CHANGED),
        (str(there / "c/extra.txt"), Verdict.NOT_LISTED),
    ]


def test_the_same_bytes_twice_need_two_files(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.jpg").write_bytes(b"same")
    receipt = write(tmp_path, row(Path("/e/a.jpg"), b"same"), row(Path("/e/b.jpg"), b"same"))
    assert verdicts(receipt, tmp_path / "d") == {"a.jpg": Verdict.EQUAL, "b.jpg": Verdict.MISSING}


def test_all_is_equal_only_where_something_is_and_nothing_differs() -> None:
    assert all_equal([Verdict.EQUAL, Verdict.NOT_ON_DISK, Verdict.NO_CHECKSUM])
    assert not all_equal([])
    assert not all_equal([Verdict.NOT_ON_DISK])
    for bad in (Verdict.CHANGED, Verdict.MISSING, Verdict.UNREADABLE, Verdict.NOT_LISTED):
        assert not all_equal([Verdict.EQUAL, bad])


def wrong(**fields: Any) -> bytes:
    file = {"name": "a", "state": "uploaded", "sha256": None} | fields
    return json.dumps({"schema": 1, "program": "uploader-gui 1", "files": [file]}).encode()


NO_RECEIPTS = [
    b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000,
    b'{"schema": 2, "program": "uploader-gui 9", "files": []}',
    b'{"schema": 1, "program": "other", "files": []}',
    b'{"schema": 1, "program": 1, "files": []}',
    b'{"schema": 1, "program": "uploader-gui 1", "files": [1]}',
    b'{"schema": 1, "program": "uploader-gui 1", "files": [], "files": []}',
    b'{"schema": 1, "program": "uploader-gui 1", "files": [], "x": NaN}',
    wrong(name=1), wrong(state=1), wrong(path=1), wrong(sha256=1), wrong(original={"name": 1, "sha256": None}),
    wrong(original={"name": "a", "sha256": 1}), wrong(original={"name": "a"}),
    wrong().replace(b"uploader-gui 1", b"uploader-gui"),
]  # fmt: skip


@pytest.mark.parametrize("text", NO_RECEIPTS)
def test_what_is_no_receipt_is_called_that(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_bytes(text)
    with pytest.raises(ReceiptUnreadable, match=r"^it is no receipt of this program$"):
        read_receipt(tmp_path / "receipt.json")
    (tmp_path / "receipt.json").write_bytes(b"\xef\xbb\xbf" + wrong(original=None))
    assert read_receipt(tmp_path / "receipt.json").content["files"][0]["name"] == "a"


def test_what_cannot_be_read_is_named_and_nothing_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, words in {
        "pipe": "it is no file",
        ".": "it is no file",
        "nowhere": "there is no such file or folder",
        "a\0b": "embedded null byte",
    }.items():
        with pytest.raises(ReceiptUnreadable, match=f"^{words}$"):
            read_receipt(tmp_path / name)


def test_a_receipt_that_was_changed_is_not_intact(tmp_path: Path) -> None:
    path = write(tmp_path, row(tmp_path / "é \U0001f600 \udcff.txt", b"a"), started_at="2026-11-30T08:00:00.000Z")
    assert read_receipt(path).intact is True
    path.write_text(path.read_text().replace("2026-11-30T08", "2026-11-30T09"))
    assert read_receipt(path).intact is False
    receipt = json.loads(path.read_text())
    del receipt[CHECKSUM]
    path.write_text(json.dumps(receipt))
    assert read_receipt(path).intact is None
    path.write_text(json.dumps(receipt | {"utc_offset": "+01:00"}))
    assert read_receipt(path).intact is False  # the versions that tell it always tell a checksum


def test_a_file_whose_path_is_no_text_is_found_by_its_bytes(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(raw)).write_bytes(b"same")
    receipt = write(tmp_path, row(tmp_path / "caf\\udce9.txt", b"same", path_bytes=raw.hex()))
    assert list(verdicts(receipt).values()) == list(verdicts(receipt, tmp_path).values()) == [Verdict.EQUAL]


@pytest.mark.parametrize("raw", ["", "61 62", "6", "G0", 7])
def test_bytes_of_a_path_that_are_none_are_ignored(raw: object, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"same")
    receipt = write(tmp_path, row(tmp_path / "a.txt", b"same", path_bytes=raw))
    assert verdicts(receipt) == {"a.txt": Verdict.EQUAL}


def test_receipts_and_accents_stored_apart_make_no_difference(tmp_path: Path) -> None:
    there = tmp_path / "copy"
    there.mkdir()
    (there / unicodedata.normalize("NFD", "é.jpg")).write_bytes(b"edited")
    receipt = write(there, row(Path("/evidence/é.jpg"), b"photo"))
    (there / "another receipt.json").write_bytes(receipt.read_bytes().replace(b'{"schema": 1, "program"', BEGINNING))
    assert [line.verdict for line in compare(read_receipt(receipt), [there, there], receipt)] == [Verdict.CHANGED]


def test_each_file_is_read_once_and_the_reading_can_be_ended(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / "d" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "d" / name).write_bytes(name.encode())
    receipt, read = write(tmp_path, row(Path("/e/x.txt"), b"a.txt"), row(Path("/e/b.txt"), b"other")), []
    lines = list(compare(read_receipt(receipt), [tmp_path / "d"], receipt, lambda: read.append(1)))
    assert ([line.verdict for line in lines], len(read)) == ([Verdict.EQUAL, Verdict.CHANGED], 2)

    def end() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        list(compare(read_receipt(receipt), [tmp_path], receipt, end))
