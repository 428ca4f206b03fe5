"""With the operator's address of anomalies' pages, the number in row, History and receipt is a link back there."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, FakeEngine, Window, found, upload
from tests.gui.receipts import file, receipt
from tests.gui.test_history import NEW, RUNS
from uploader_gui.anomaly_links import AnomalyPages
from uploader_gui.engine.events import HistoryFound, ReceiptBuilt, UploadsAdded
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.receipt import Circumstances
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.i18n import FRENCH, use_language

SERVER, OTHER = "https://api.example", "https://other.example"
PAGES = AnomalyPages("https://register.example/anomalies/{id}?tab=files&x=1", SERVER)
PAGE = "https://register.example/anomalies/4217?tab=files&x=1"


def link_of(window: Window, row: int) -> QRect:
    index = window.shown.index(row, 0)
    return window.view.delegate.layout_of(window.view.visualRect(index), index, active=True).link


@pytest.mark.parametrize("state", [UploadState.UPLOADED, UploadState.UPLOADING])
def test_a_rows_number_opens_the_anomalys_page(window: Window, shown_elsewhere: list[str], state: UploadState) -> None:
    window.set_operator(PAGES, "")
    window.set_anomaly("5001")
    window.tell(UploadsAdded((upload("a.jpg", state),)))
    QApplication.sendPostedEvents()
    QTest.mouseClick(window.view.viewport(), LEFT, pos=link_of(window, 0).center())
    assert (shown_elsewhere, window.engine.calls) == ([PAGE], [])


def test_so_does_the_menu_of_rows_of_one_anomaly(window: Window, shown_elsewhere: list[str]) -> None:
    window.set_operator(PAGES, "")
    window.tell(UploadsAdded((upload("a.jpg"), upload("b.jpg", order=1), upload("c.jpg", anomaly_id="5001", order=2))))
    rows = [window.model.snapshot(row) for row in range(3)]
    entry = window.view.menu_for(rows[:2]).actions()[-1]
    assert entry.text() == "Open anomaly 4217 in the register"
    entry.trigger()
    assert shown_elsewhere == [PAGE]
    assert not any("register" in entry.text() for entry in window.view.menu_for(rows).actions())


@pytest.mark.parametrize("case", ["no address", "another server", "a trial"])
def test_where_the_register_has_no_page_of_it_a_number_is_no_link(window: Window, case: str) -> None:
    if case != "no address":
        window.set_operator(PAGES, "")
    row = replace(upload("a.jpg"), elsewhere=OTHER if case == "another server" else "", trial=case == "a trial")
    window.set_anomaly("5001")
    window.tell(UploadsAdded((row,)))
    QApplication.sendPostedEvents()
    assert link_of(window, 0).isNull()
    assert not any("Open anomaly" in entry.text() for entry in window.view.menu_for([row]).actions())


@pytest.fixture
def history(window: Window, engine: FakeEngine) -> HistoryDialog:
    window.set_operator(PAGES, "")
    window.dialogs.history()
    dialog = found(window, HistoryDialog)
    engine.tell(
        HistoryFound(
            tuple(replace(run, server=server) for run, server in zip(RUNS, (SERVER, OTHER), strict=True)), SERVER
        )
    )
    return dialog


def test_the_number_of_a_deposit_and_a_button_open_the_page(
    history: HistoryDialog, shown_elsewhere: list[str], qtbot: QtBot
) -> None:
    item = history.deposits.topLevelItem(0)
    assert item is not None
    qtbot.waitUntil(history.open_page.isVisible)
    place = history.deposits.visualItemRect(item)
    place.setLeft(history.deposits.columnViewportPosition(1))
    place.setWidth(history.deposits.columnWidth(1))
    QTest.mouseClick(history.deposits.viewport(), LEFT, pos=place.center())
    assert (shown_elsewhere, history.open_page.text()) == ([PAGE], "Open anomaly 4217 in the register")
    QTest.mouseClick(history.open_page, LEFT)
    assert shown_elsewhere == [PAGE, PAGE]


def test_a_deposit_at_another_server_is_no_link(history: HistoryDialog, shown_elsewhere: list[str]) -> None:
    item = history.deposits.topLevelItem(1)
    assert item is not None
    assert not item.font(1).underline()
    QTest.mouseClick(history.deposits.viewport(), LEFT, pos=history.deposits.visualItemRect(item).center())
    assert (history.open_page.isVisible(), shown_elsewhere) == (False, [])


def saved(window: Window, path: Path, server: str, qtbot: QtBot) -> bytes:
    """Return the receipt of a deposit at that server, "" for a trial."""
    window.set_operator(PAGES, "")
    dialog = window.receipts.save_as("4217", NEW)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    made = receipt(file(), circumstances=Circumstances(server=server or SERVER), trial=not server)
    window.tell(ReceiptBuilt(made, NEW))
    qtbot.waitUntil(lambda: bool(window.engine.saved), timeout=60_000)
    return window.engine.saved[-1][1]


def test_the_page_for_screen_readers_has_the_link(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    use_language(FRENCH)
    text = saved(window, tmp_path / "r.html", SERVER, qtbot).decode()
    escaped = PAGE.replace("&", "&amp;")
    assert f'<dt>Dans le registre</dt><dd><bdi><a href="{escaped}">{escaped}</a></bdi></dd>' in text


def test_the_paper_has_the_link(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    pdf = saved(window, tmp_path / "r.pdf", SERVER, qtbot)
    assert re.findall(rb"/URI \((.*?)\)", pdf) == [PAGE.encode()]


@pytest.mark.parametrize("server", [OTHER, ""])
@pytest.mark.parametrize("name", ["r.html", "r.pdf"])
def test_a_receipt_of_another_register_or_a_trial_has_none(
    window: Window, tmp_path: Path, qtbot: QtBot, name: str, server: str
) -> None:
    content = saved(window, tmp_path / name, server, qtbot)
    assert not re.search(rb"<a |/URI", content)
