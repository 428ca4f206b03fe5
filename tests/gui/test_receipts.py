"""Receipts as people get them: chosen in a dialog, made ready in the window, saved by the engine."""

import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt
from PySide6.QtGui import QFont, QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, FakeEngine, Window, found, upload
from tests.gui.receipts import BEGAN, file, receipt
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import JournalSetAside, QueueIdle, ReceiptBuilt, ReceiptWritten, Totals, UploadsAdded
from uploader_gui.engine.models import Origin, PastRun, Reason, RunKey, UploadState
from uploader_gui.engine.receipt import Circumstances, Original, Receipt
from uploader_gui.gui.receipts import receipt_csv, receipt_pages, receipt_words
from uploader_gui.gui.receipts.history_dialog import DepositList, FileList
from uploader_gui.gui.receipts.receipt_pages import ReceiptPages, prepare
from uploader_gui.gui.style.theme import Theme
from uploader_gui.i18n import FRENCH, use_language

EVIL = "<img src=x>&\u202e=cmd.jpg"


@pytest.fixture
def dialog(window: Window, engine: FakeEngine) -> QFileDialog:
    window.set_anomaly("4217")
    engine.tell(UploadsAdded((upload("a", UploadState.UPLOADED),)), QueueIdle(Totals()))
    window.resize(1100, 700)
    QTest.mouseClick(window.footer.receipt, LEFT)
    opened = found(window, QFileDialog)
    assert opened.isVisible()
    return opened


def choose(dialog: QFileDialog, path: Path) -> None:
    dialog.fileSelected.emit(str(path))
    dialog.close()


def pages_of(made: Receipt, qtbot: QtBot) -> tuple[bytes, int]:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(150)
    prepare(writer)
    keeper = QObject()
    pages = ReceiptPages(made, writer, QFont(), keeper)
    with qtbot.waitSignal(pages.done, timeout=60_000):
        pages.start()
    return bytes(buffer.data().data()), len(pages.pages)


def test_the_dialog_offers_page_table_and_data_each_with_its_ending(dialog: QFileDialog) -> None:
    assert [re.findall(r"\*\.\w+", one) for one in dialog.nameFilters()] == [
        [f"*.{ending}"] for ending in ("pdf", "csv", "json", "html", "sha256")
    ]
    assert re.fullmatch(r"receipt-4217-\d{4}-\d\d-\d\d\.pdf", Path(dialog.selectedFiles()[0]).name)
    forms = dialog.findChild(QComboBox, "fileTypeCombo")
    assert isinstance(forms, QComboBox)
    QTest.keyClick(forms, Qt.Key.Key_Down)
    assert dialog.selectedFiles()[0].endswith(".csv")
    assert dialog.defaultSuffix() == "csv"


def test_a_dot_in_a_name_is_no_ending(dialog: QFileDialog, engine: FakeEngine, tmp_path: Path) -> None:
    dialog.selectNameFilter(next(one for one in dialog.nameFilters() if ".json" in one))
    choose(dialog, tmp_path / "receipt of 12.03")
    engine.tell(ReceiptBuilt(receipt(file())))
    assert [path.name for path, _ in engine.saved] == ["receipt of 12.03.json"]


def test_a_name_that_gets_its_ending_replaces_no_file_that_the_dialog_did_not_ask_about(
    dialog: QFileDialog, engine: FakeEngine, tmp_path: Path
) -> None:
    for taken in ("of 12.03.json", "of 12.03 (2).json"):
        (tmp_path / taken).write_bytes(b"evidence")
    dialog.selectNameFilter(next(one for one in dialog.nameFilters() if ".json" in one))
    choose(dialog, tmp_path / "of 12.03")
    engine.tell(ReceiptBuilt(receipt(file())))
    assert [path.name for path, _ in engine.saved] == ["of 12.03 (3).json"]


def test_data_are_saved_as_the_contract_says(dialog: QFileDialog, engine: FakeEngine, tmp_path: Path) -> None:
    choose(dialog, tmp_path / "r.json")
    assert engine.calls == [("build_receipt", None)]
    made = receipt(file(EVIL))
    engine.tell(ReceiptBuilt(made))
    ((path, content),) = engine.saved
    assert (path, json.loads(content)) == (tmp_path / "r.json", made.to_json())


@pytest.mark.parametrize("name", ["SHA256SUMS", "r.sha256"])
def test_checksums_of_the_originals_are_saved_under_their_usual_names(
    dialog: QFileDialog, engine: FakeEngine, tmp_path: Path, name: str
) -> None:
    choose(dialog, tmp_path / name)
    engine.tell(ReceiptBuilt(receipt(file("a.jpg"), file("b.jpg", original=Original("IMG.HEIC", 9, "cd" * 32)))))
    assert engine.saved == [(tmp_path / name, f"{'ab' * 32}  a.jpg\n{'cd' * 32}  b.jpg\n".encode())]


class Page(HTMLParser):
    """What a screen reader finds: the language, the headings of columns and rows, and no script."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.setdefault(self.tags[-1][0] if self.tags else "", []).append(data)


@pytest.mark.parametrize("language", ["en", FRENCH])
def test_the_page_for_screen_readers_names_its_columns_and_rows_and_runs_nothing(
    dialog: QFileDialog, engine: FakeEngine, tmp_path: Path, language: str
) -> None:
    use_language(language)
    choose(dialog, tmp_path / "r.html")
    told = Circumstances(title="<script>alert(1)</script>", depositor='"><b onclick=x>')
    evil = file("<script>alert(1)</script>&\u202e.jpg", service_id="<i>1</i>")
    made = receipt(evil, file("b.jpg", "failed"), circumstances=told)
    engine.tell(ReceiptBuilt(made))
    text = engine.saved[0][1].decode()
    page = Page()
    page.feed(text)
    assert ("html", {"lang": language}) in page.tags
    assert sum(attrs.get("scope") == "col" for tag, attrs in page.tags) == 8
    assert sum(attrs.get("scope") == "row" for tag, attrs in page.tags) == 2
    assert not {"script", "b", "i", "img", "link"} & {tag for tag, _ in page.tags}
    assert not [attrs for _, attrs in page.tags if {"onclick", "src", "href"} & set(attrs)]
    assert "<script>alert(1)</script>&\ufffd.jpg" in page.words["bdi"]
    assert {"ab" * 32, made.to_json()["checksum_sha256"]} <= set(page.words["code"])


def test_of_two_receipts_each_goes_to_its_own_file_in_whatever_order_they_come(window: Window, tmp_path: Path) -> None:
    keys = (None, RunKey(2, "4217"), RunKey(1, "4217"))
    for key in keys:
        choose(window.receipts.save_as("4217", key), tmp_path / f"{key}.json")
    for key in (keys[2], keys[0], keys[1]):
        window.tell(ReceiptBuilt(receipt(file(f"{key}.jpg")), key))
    named = {path.stem: json.loads(content)["files"][0]["name"] for path, content in window.engine.saved}
    assert named == {f"{key}": f"{key}.jpg" for key in keys}
    window.engine.saved.clear()
    for asked in ("no file", "4217"):  # of this run: what is over is read first, and comes later
        choose(window.receipts.save_as(asked), tmp_path / f"{asked}.json")
    for told in ("4217", "the last one"):
        window.tell(ReceiptBuilt(receipt(file(), anomaly_id=told)))
    assert {path.stem: json.loads(content)["anomaly_id"] for path, content in window.engine.saved} == {
        "no file": "the last one",
        "4217": "4217",
    }
    assert window.engine.receipts_of[-2:] == ["no file", "4217"]


def test_a_table_is_saved_in_the_language_in_use(dialog: QFileDialog, engine: FakeEngine, tmp_path: Path) -> None:
    choose(dialog, tmp_path / "r.CSV")
    engine.tell(ReceiptBuilt(receipt(file("=1+1.jpg"), file("b.jpg", "failed"))))
    text = engine.saved[0][1].decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text, newline=""))
    assert (first["File"], first["Size (MB)"], first["Result"]) == ("'=1+1.jpg", "3.400", "Uploaded")
    assert (second["Reason"], second["Reason (code)"]) == ("The file was changed while it was being sent.", "changed")


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Move this computer into another time zone, told so that no machine has to know its name."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="on Windows the zone is the system's alone")
@pytest.mark.parametrize(
    ("name", "at", "local", "minute"),
    [
        ("IST-5:30", "2025-03-12T20:30:05.000Z", "13 Mar 2025 02:00:05", "13 Mar 2025 02:00"),
        ("NST3:30NDT", "2025-01-01T01:00:00.000Z", "31 Dec 2024 21:30:00", "31 Dec 2024 21:30"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2025-07-01T10:00:00.000Z", "1 Jul 2025 12:00:00", "1 Jul 2025 12:00"),
    ],
)
def test_times_are_those_of_the_persons_own_clock_and_the_tables_second_column_is_utc(  # noqa: PLR0917 - a table
    zone: Callable[[str], None], name: str, at: str, local: str, minute: str, theme: Theme, qtbot: QtBot
) -> None:
    zone(name)
    began = datetime.fromisoformat(at).timestamp()
    made = receipt(file(uploaded_at=began), started_at=began)
    assert local in receipt_pages.heading_html(made).replace("&nbsp;", " ").replace("\u00a0", " ")
    assert local in receipt_pages.table_html([(1, made.files[0])]).replace("&nbsp;", " ").replace("\u00a0", " ")
    (row,) = csv.DictReader(io.StringIO(receipt_csv.table(made).decode("utf-8-sig")))
    assert (row["Uploaded at"], row["Uploaded at (UTC)"]) == (local, at)
    listed, deposits = FileList(theme), DepositList(theme)
    for one in (listed, deposits):
        qtbot.addWidget(one)
    listed.show_files(made.files, "")
    deposits.show_runs([PastRun(RunKey(1, "4217"), "uploader-gui 1.2.3", began, began, 0, {}, 0)], "")
    assert [one.topLevelItem(0).text(at) for one, at in ((listed, 3), (deposits, 0))] == [local, minute]  # type: ignore[union-attr]  # it has one


def test_a_page_is_saved_as_pdf(dialog: QFileDialog, engine: FakeEngine, tmp_path: Path, qtbot: QtBot) -> None:
    choose(dialog, tmp_path / "receipt")  # a name without an ending becomes what the dialog shows
    engine.tell(ReceiptBuilt(receipt(file(), file("b.jpg", "failed"))))
    qtbot.waitUntil(lambda: bool(engine.saved), timeout=60_000)
    path, content = engine.saved[0]
    assert path == tmp_path / "receipt.pdf"
    assert content.startswith(b"%PDF-")


def test_news_of_a_receipt(dialog: QFileDialog, window: Window) -> None:
    dialog.close()
    window.tell(ReceiptWritten("/r.pdf", "disk full"))
    assert window.banner.text.text() == "The receipt could not be saved: disk full"
    window.tell(ReceiptWritten("/evidence/r.pdf"))
    assert not window.banner.isVisible()
    assert window.footer.below.text().endswith("The receipt r.pdf was saved in /evidence")


def test_a_receipt_that_was_saved_takes_no_other_news_away(window: Window) -> None:
    window.tell(JournalSetAside("/data/queue.damaged.db"), ReceiptWritten("/evidence/r.pdf"))
    assert window.banner.isVisible()
    assert "/data/queue.damaged.db" in window.banner.text.text()


def test_the_page_says_anomaly_times_program_sums_and_all_of_each_file() -> None:
    html = receipt_pages.heading_html(receipt(file(), file("b.jpg", "failed"), file("c.jpg", "skipped")))
    told = re.sub(r"<[^>]*>", "|", html).replace("\u00a0", " ")
    assert "Anomaly 4217" in told
    assert "3 files: 1 uploaded (3.4 MB), 1 already there, 1 failed" in told
    assert "uploader-gui 1.2.3" in told
    rows = re.sub(r"<[^>]*>", "|", receipt_pages.table_html([(1, file()), (2, file("b.jpg", "failed"))]))
    assert "SHA-256 " + "ab" * 32 in rows
    assert "Upload reference 8d2f1c2e-1111-4222-8333-444455556666" in rows
    assert "Register no. 1001" in rows
    assert re.search(r"Uploaded\|+1[123] Mar 2025 \d\d:(00|15|30|45):05", rows)
    assert "The file was changed while it was being sent." in rows


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (None, "was not compared with the server’s"),
        (0, "agreed with the server’s within 2 seconds"),
        (11_045, "was 3 h 04 min 05 s ahead of the server’s"),
        (-90, "was 0 h 01 min 30 s behind the server’s"),
    ],
)
def test_the_page_tells_whose_deposit_it_is_and_how_right_the_clock_was(error: int | None, sentence: str) -> None:
    told = Circumstances("https://a.example", error, "ANO-1", "<Fire> door", "École", "A. <Martin>")
    html = receipt_pages.heading_html(receipt(file(), circumstances=told), "cd" * 32).replace("\u00a0", " ")
    assert sentence in html
    shown = ("Anomaly 4217: ANO-1 – &lt;Fire&gt; door – École", "A. &lt;Martin&gt;", "https://a.example", "cd" * 32)
    assert all(text in html for text in shown)
    assert "not who made the receipt or when" in html
    assert "cd" * 32 not in receipt_pages.heading_html(receipt(file(), trial=True), "cd" * 32)


def test_of_a_cancelled_file_paper_and_table_do_not_say_twice_that_it_was_cancelled() -> None:
    made = receipt(file("a.jpg", "cancelled", reason=Reason(Code.CANCELLED), message="You cancelled it."))
    page = re.sub(r"<[^>]*>", "|", receipt_pages.table_html([(1, made.files[0])]))
    assert "Cancelled" in page
    assert "You cancelled it." not in page
    text = receipt_csv.table(made).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["Result"], row["Reason"], row["Reason (code)"]) == ("Cancelled", "", "cancelled")


def test_page_and_paper_say_why_a_file_is_not_there_yet_and_what_happened_on_the_way() -> None:
    late, soon = file("late.jpg", "pending"), file("soon.jpg", attempts=2, may_be_registered_twice=True)
    paper = receipt_pages.table_html([(1, late), (2, soon)])
    for text in (paper, receipt_pages.html_page(receipt(late, soon)).decode()):
        assert "It was not sent yet when the receipt was made." in text
        assert text.count("Attempts: ") == 1
        assert "Attempts: 2" in text
        assert text.count("May be registered twice.") == 1


def test_the_page_names_the_original_of_what_was_made_from_it_and_what_could_not_be_read_of_that() -> None:
    original = Original("IMG_1.HEIC", 2_200_000, "cd" * 32, without_metadata=True)
    row = re.sub(r"<[^>]*>", "|", receipt_pages.table_html([(1, file("IMG_1.jpg", original=original))]))
    assert "Made from IMG_1.HEIC (2.2 MB)" in row.replace("\u00a0", " ")
    assert "without details, such as date or place, that could not be read" in row
    assert row.index("SHA-256 " + "ab" * 32) < row.index("SHA-256 " + "cd" * 32)


@pytest.mark.parametrize(("language", "said"), [("en", "From a phone"), ("fr", "Depuis un téléphone")])
def test_page_and_table_say_where_a_file_came_from_that_was_on_no_disk(
    dialog: QFileDialog, engine: FakeEngine, tmp_path: Path, language: str, said: str
) -> None:
    use_language(language)
    made = receipt(file(source="from a phone"), file("b.jpg"))
    assert set(receipt_words.SOURCES) == set(Origin)
    assert receipt_pages.table_html(list(enumerate(made.files))).count(said) == 1
    choose(dialog, tmp_path / "r.html")
    engine.tell(ReceiptBuilt(made))
    table = receipt_csv.table(made)
    for content in (engine.saved[0][1], table):
        assert content.count(said.encode()) == 1
    assert b"/evidence/a.jpg" not in table


def test_of_what_was_converted_paper_and_history_tell_what_was_sent_and_the_originals(
    theme: Theme, qtbot: QtBot
) -> None:
    made = receipt(file(original=Original("IMG_1.HEIC", 6_800_000, "cd" * 32)), file("b.jpg"))
    html = receipt_pages.heading_html(made).replace("\u00a0", " ")
    assert "2 uploaded (6.8 MB; originals: 10.2 MB)" in html
    states = {UploadState.UPLOADED: 2}
    past = PastRun(RunKey(1, "4217"), "uploader-gui 1.2.3", BEGAN, BEGAN, 0, states, 6_800_000, 10_200_000)
    deposits = DepositList(theme)
    qtbot.addWidget(deposits)
    deposits.show_runs([past], "")
    assert deposits.topLevelItem(0).text(3).replace("\u00a0", " ") == "2 uploaded (6.8 MB; originals: 10.2 MB)"  # type: ignore[union-attr]  # it has one


def test_of_what_was_never_there_neither_page_nor_history_tells_size_and_type(theme: Theme, qtbot: QtBot) -> None:
    gone = file("rien", "failed", size=0, media_type=None, reason=Reason(Code.MISSING))
    page = receipt_pages.table_html([(1, gone)])
    assert "rien" in page
    assert not re.search("0\u00a0B|Unknown type", page)
    listed = FileList(theme)
    qtbot.addWidget(listed)
    listed.show_files([gone], "")
    item = listed.topLevelItem(0)
    assert item is not None
    assert (item.text(0), item.text(1)) == ("rien", "")


def test_names_are_data_on_the_page() -> None:
    html = receipt_pages.table_html([(1, file(EVIL, service_id="<b>1</b>"))])
    assert "<img" not in html
    assert "<b>1</b>" not in html
    assert "\u202e" not in html
    assert "&lt;img src=x&gt;&amp;\ufffd=cmd.jpg" in html


@pytest.mark.parametrize("count", [0, 1, 60, 1000])
def test_every_file_stands_on_a_page_and_no_row_is_torn(count: int, qtbot: QtBot) -> None:
    content, pages = pages_of(receipt(*(file(f"{n}.jpg") for n in range(count))), qtbot)
    assert content.count(b"/Type /Page\n") == pages
    assert max(1, count // 16) <= pages <= max(1, count // 11)


def numbers_on(page: Any) -> list[str]:
    """Return the numbers of the files whose rows are painted on a page; what is below its height is on the next one."""
    layout = page.document.documentLayout()
    table = page.document.rootFrame().childFrames()[-1]
    rows = [table.cellAt(row, 0).firstCursorPosition().block() for row in range(1, table.rows())]
    return [block.text() for block in rows if layout.blockBoundingRect(block).top() < page.height]


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)
def test_each_file_stands_on_one_page(qtbot: QtBot, tmp_path: Path) -> None:
    writer = QPdfWriter(str(tmp_path / "gone" / "r.pdf"))  # the pages stay as they were laid out: none can be written
    prepare(writer)
    keeper = QObject()
    pages = ReceiptPages(receipt(*(file(f"{n}.jpg") for n in range(60))), writer, QFont(), keeper)
    with qtbot.waitSignal(pages.failed, timeout=60_000):
        pages.start()
    assert len(pages.pages) > 3
    assert all(page.height < 0.97 * writer.height() for page in pages.pages)  # below is the line at the foot
    assert [number for page in pages.pages for number in numbers_on(page)] == [f"{n + 1}" for n in range(60)]


def test_rows_of_very_long_names_fill_more_pages(qtbot: QtBot) -> None:
    _, short = pages_of(receipt(*(file(f"{n}.jpg") for n in range(60))), qtbot)
    _, long = pages_of(receipt(*(file(f"{n}" + "long " * 50) for n in range(60))), qtbot)
    assert long > short


def printed(window: Window, path: Path, qtbot: QtBot) -> str:
    """Print to a file, and return what is told of it."""
    window.tell(UploadsAdded((upload("a", UploadState.UPLOADED),)))
    entry = next(one for one in window.footer.more.menu().actions() if one.text() == "Print the receipt…")
    entry.trigger()
    dialog = found(window, QPrintDialog)
    assert dialog.isVisible()
    dialog.printer().setOutputFileName(str(path))
    dialog.done(QPrintDialog.DialogCode.Accepted)
    qtbot.waitUntil(lambda: ("build_receipt", None) in window.engine.calls, timeout=60_000)
    window.tell(ReceiptBuilt(receipt(file())))
    qtbot.waitUntil(lambda: "receipt" in window.footer.below.text(), timeout=60_000)
    return window.footer.below.text()


def test_a_receipt_is_printed_through_the_systems_dialog(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    assert "was sent to the printer" in printed(window, tmp_path / "printed.pdf", qtbot)
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.qt_log_ignore("This plugin does not support", "QPainter::begin", extend=True)
def test_a_receipt_that_the_printer_does_not_take_is_not_said_to_be_printed(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    assert "could not be printed" in printed(window, tmp_path / "missing" / "printed.pdf", qtbot)


def test_no_type_is_broken_within_its_name(qtbot: QtBot) -> None:
    """The paper is measured as it is printed on: a row of “PowerPoint” is as low as one of “PDF”."""
    heights = []
    for name, media_type in (("a.pdf", "application/pdf"), ("a.pptx", None)):
        writer = QPdfWriter(QBuffer())
        prepare(writer)
        pages = ReceiptPages(receipt(), writer, QFont(), writer)
        one = receipt_pages.table_html(
            [(1, file(name, media_type=media_type, sha256=None, service_id=None, uploaded_at=None))]
        )
        heights.append(pages._laid_out(one).size().height())
    assert heights[0] == heights[1]


def test_the_times_of_a_receipt_are_those_of_the_place_where_it_was_made() -> None:
    """Made again on a journey, it says the same as the paper before."""
    made = receipt(file(), circumstances=Circumstances(utc_offset="+05:30"))
    for told in (
        receipt_pages.html_page(made).decode(),
        receipt_pages.heading_html(made) + receipt_pages.table_html([(1, made.files[0])], utc_offset=made.utc_offset),
        receipt_csv.table(made).decode("utf-8-sig"),
    ):
        assert "14:00:05" in told
    page = receipt_pages.html_page(made).decode().replace("\u00a0", " ")
    assert "12 Mar 2025 14:00:00 to 12 Mar 2025 14:01:00" in page
    assert "UTC+05:30" in receipt_words.clock(made)
    assert "14:01:00" in receipt_words.footer_text(made)
