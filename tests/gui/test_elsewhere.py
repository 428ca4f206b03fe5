"""Rows of a server that is not in use: they name it, offer what is honest, and count as nothing that goes on."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest

from tests.gui.fake_engine import LEFT, REST, RUNNING, S, Window, found, upload
from tests.gui.receipts import file, receipt
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import HistoryFound, PathsAdded, UploadsAdded, UploadsChanged
from uploader_gui.engine.models import PastRun, RunKey
from uploader_gui.gui.dialogs.leave_dialog import question
from uploader_gui.gui.receipts import receipt_csv, receipt_pages
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.counts import ListCounts
from uploader_gui.gui.upload_list.row_actions import MENU, RowAction, active_row_actions, allowed, resting_row_actions
from uploader_gui.gui.window.filter_bar import Chip
from uploader_gui.gui.window.footer import FooterAction

OLD = "https://old.example/main"


def test_a_row_names_its_server_and_says_that_it_waits_for_it() -> None:
    waiting = upload("a.jpg", elsewhere=OLD)
    assert row_text.facts_text(waiting, with_anomaly=False).endswith(" · Server old.example/main")
    assert row_text.reason_text(waiting) == "Waits until this server is set again."
    sent = upload("a.jpg", S.UPLOADED, elsewhere=OLD)
    assert row_text.facts_text(sent, with_anomaly=False).endswith(" · Server old.example/main")
    assert row_text.reason_text(sent) == ""
    assert row_text.accessible_text(waiting, None, 0.0) == (
        "a.jpg, waiting, Server old.example/main, Waits until this server is set again."
    )
    assert "Server" not in row_text.facts_text(upload("a.jpg"), with_anomaly=False)
    assert ListCounts(files=1, elsewhere=1).fraction == 0.0
    assert ListCounts(files=2, uploaded=1, elsewhere=1, bytes_total=9, bytes_done=9).fraction == 0.99


@pytest.mark.parametrize("state", S)
def test_nothing_it_offers_goes_to_its_server_or_by_itself_to_another(state: S) -> None:
    row = upload("a.heic", state, Code.TYPE_NOT_ACCEPTED, detail="HEIC", elsewhere=OLD)
    offers = {action for action in MENU if allowed(action, row)}
    assert not offers & {RowAction.TRY_AGAIN, RowAction.SEND_AGAIN, RowAction.CONVERT, RowAction.ZIP}
    assert (RowAction.SEND_HERE in offers) is not state.stored
    assert resting_row_actions(row) == (() if state.stored else (RowAction.SEND_HERE,))
    assert set(active_row_actions(row)) <= offers | {RowAction.MORE}
    assert RowAction.SEND_HERE not in {action for action in MENU if allowed(action, replace(row, elsewhere=""))}


def test_it_is_sent_to_the_server_in_use_by_its_button(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg", elsewhere=OLD), upload("b.jpg"))))
    window.view.action_wanted.emit(RowAction.SEND_HERE, [window.model.snapshot(0)])
    assert window.engine.calls == [("send_here", ["a.jpg"])]


def test_one_band_says_how_many_wait_for_which_server_and_offers_both_ways_out(window: Window) -> None:
    asked: list[bool] = []
    window.settings_wanted.connect(lambda: asked.append(True))
    window.tell(UploadsAdded((upload("a.jpg", elsewhere=OLD), upload("b.jpg", elsewhere=OLD), upload("c.jpg"))))
    assert window.banner.text.text() == (
        "2 files wait for the server old.example/main, which is not the one in use. Nothing is lost."
    )
    QTest.mouseClick(window.banner.button, LEFT)
    assert asked == [True]
    window.tell(
        UploadsAdded((upload("gone.jpg", S.FAILED, elsewhere=OLD), upload("sent.jpg", S.UPLOADED, elsewhere=OLD)))
    )
    QTest.mouseClick(window.banner.other, LEFT)
    assert window.engine.calls == [("send_here", ["a.jpg", "b.jpg"])]
    window.tell(UploadsAdded((upload("d.jpg", elsewhere="https://third.example"),)))
    assert window.banner.text.text().startswith("3 files wait for servers that are not in use.")
    window.tell(UploadsChanged(tuple(upload(name) for name in ("a.jpg", "b.jpg", "d.jpg"))))
    window.model.flush()
    assert window.banner.isHidden()


def test_what_waits_elsewhere_is_counted_but_holds_nothing_up(window: Window) -> None:
    rows = (
        upload("a.jpg", elsewhere=OLD),
        upload("b.jpg", S.FAILED, Code.CHANGED, elsewhere=OLD),
        upload("c.jpg", S.UPLOADED),
    )
    window.tell(RUNNING, UploadsAdded(rows), REST)
    figures = window.model.counts()
    assert (figures.files, figures.unfinished, figures.elsewhere, figures.failed, figures.retriable) == (3, 0, 1, 1, 0)
    assert window.footer.primary_action is FooterAction.NEW_DEPOSIT
    assert "1 failed, 1 waits for another server" in window.body.finish.text.text()
    assert window.filters.chips[Chip.WAITING].count == 1
    window.tell(UploadsChanged((replace(rows[0], elsewhere=""), replace(rows[1], elsewhere=""))))
    window.model.flush()
    figures = window.model.counts()
    assert (figures.unfinished, figures.elsewhere, figures.retriable) == (1, 0, 1)


def test_closing_counts_it_as_unsent(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg", elsewhere=OLD), upload("b.jpg", S.UPLOADED))))
    assert window.unsent.asks
    assert "1 waiting" in question(window.unsent)
    assert not window.unsent.goes_on


def test_the_summary_of_a_drop_speaks_of_the_server_in_use(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg"), upload("b.jpg"))), PathsAdded("4217", 2, 0, 0, 0))
    assert window.body.preflight.going.text().startswith("2 files")
    window.tell(UploadsChanged((upload("a.jpg", elsewhere=OLD),)), PathsAdded("4217", 0, 0, 0, 0))
    assert window.body.preflight.going.text().startswith("1 file ")


def test_the_summary_of_a_drop_does_not_say_of_what_waits_elsewhere_that_it_is_not_sent(window: Window) -> None:
    rows = (upload("a.jpg"), upload("gone.jpg", S.FAILED, Code.MISSING))
    window.tell(UploadsAdded(rows))
    window.tell(PathsAdded("4217", 1, 1, 0, 0))
    assert window.body.preflight.isVisible()
    window.tell(UploadsChanged(tuple(replace(row, elsewhere=OLD) for row in rows)))
    assert window.body.preflight.isHidden()
    window.tell(UploadsChanged(rows))
    assert window.body.preflight.isVisible()


def history(window: Window, *servers: str, here: str) -> HistoryDialog:
    window.dialogs.history()
    dialog = found(window, HistoryDialog)
    runs = tuple(
        PastRun(RunKey(n, "4217"), "uploader-gui 1.2.3", 1e9 + n, 1e9 + n, 0, {S.FAILED: 2}, server=server)
        for n, server in enumerate(servers, 1)
    )
    window.tell(HistoryFound(runs, here))
    return dialog


@pytest.mark.parametrize("servers", [["https://new.example"], ["https://new.example", OLD], [OLD]])
def test_history_names_servers_where_there_are_several(window: Window, servers: list[str]) -> None:
    dialog = history(window, *servers, here="https://new.example")
    assert dialog.deposits.isColumnHidden(4) is (OLD not in servers)
    if OLD in servers:
        QTest.keyClicks(dialog.search, "old.ex")
        assert [run.server for run in dialog.deposits.visible_runs] == [OLD]


def test_what_failed_at_another_server_is_not_sent_again_from_here(window: Window) -> None:
    dialog = history(window, OLD, here="https://new.example")
    assert not dialog.send_again.isEnabled()
    assert dialog.elsewhere.text() == "To send these again, first set old.example/main as the server in the settings."
    window.tell(HistoryFound(tuple(dialog.deposits.visible_runs), OLD))
    assert dialog.send_again.isEnabled()
    assert dialog.elsewhere.isHidden()


def test_a_receipt_names_the_servers_where_there_were_several() -> None:
    files = [file("a.jpg", server=OLD), file("b.jpg", server="https://new.example")]
    page = receipt_pages.table_html(enumerate(files, 1))
    assert "Server: old.example/main" in page
    assert "Server: new.example" in page
    table = receipt_csv.table(receipt(*files)).decode("utf-8-sig")
    assert table.splitlines()[0].endswith('"Server"')
    assert table.splitlines()[1].endswith(f'"{OLD}"')
    plain = receipt_csv.table(receipt(file("a.jpg"))).decode("utf-8-sig")
    assert "Server" not in plain
