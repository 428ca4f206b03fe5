"""History: past deposits with their files and receipts, searchable; failed files can be sent again, deposits forgotten.

Everything comes from the engine's events: the journal is read on its thread.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFont, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from uploader_gui import i18n
from uploader_gui.engine import events
from uploader_gui.engine.models import UploadState, folded
from uploader_gui.engine.receipt import ReceiptState
from uploader_gui.gui.dialogs.form import AT_RIGHT, OWN_COLOR, ColumnList, PlainDialog, QuestionDialog
from uploader_gui.gui.drop.mime import decision_on
from uploader_gui.gui.receipts import receipt_words
from uploader_gui.gui.receipts.check_dialog import CheckDialog
from uploader_gui.gui.style.widgets import (
    FlowLayout,
    SearchField,
    announce,
    arranged,
    label,
    one_shot,
    push_button,
    tip,
    within_screen,
)
from uploader_gui.gui.taskbar_and_notifications import show_in_folder
from uploader_gui.gui.upload_list.row_text import server_name, visible_name
from uploader_gui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from uploader_gui.engine.models import PastRun, RunKey
    from uploader_gui.engine.receipt import Receipt, ReceiptFile
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme


_DATA: Final = Qt.ItemDataRole.UserRole
_COLORS: Final = {"uploaded": "ok", "skipped": "ok", "failed": "danger", "refused": "warning", "pending": "warning"}

_ANOMALY: Final = 1
_SERVER: Final = 4
"""The columns of a deposit's anomaly and server."""
_SERVER_WIDTH: Final = 160
_FIRST: Final = {"failed": 0, "refused": 1, "pending": 2}


class DepositList(ColumnList):
    """Past runs, the newest first. `page_wanted`: the number of the selected one was clicked, which is a link."""

    page_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        headings = (N_("Date"), N_("Anomaly"), N_("Files"), N_("Result"), N_("Server"))
        super().__init__(N_("Deposits"), headings, wide=3, numbers=2, theme=theme)
        self.header().setSectionResizeMode(_SERVER, QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(_SERVER, theme.px(_SERVER_WIDTH))
        self.hideColumn(_SERVER)
        self.itemClicked.connect(self._clicked)

    def show_runs(self, runs: Sequence[PastRun], server: str, *, linked: bool = False) -> None:
        """Show these runs, and keep the selected one selected if it is still there.

        The column of servers is visible if a run went to another server than `server`, the current one. `linked`: the
        numbers of anomalies of that server are links.
        """
        before = self.chosen
        self.clear()
        self.addTopLevelItems([_deposit(run) for run in runs])
        for item in self._items() if linked else ():
            if item.data(0, _DATA).server == server:
                self._show_link(item)
        self.setColumnHidden(_SERVER, {run.server for run in runs} <= {server})
        again = [item for item in self._items() if before is not None and item.data(0, _DATA).key == before.key]
        if wanted := again[0] if again else self.topLevelItem(0):
            self.setCurrentItem(wanted)

    @property
    def chosen(self) -> PastRun | None:
        """The selected run; None if there is none or it is hidden."""
        item = self.currentItem()
        return None if item is None or item.isHidden() else item.data(0, _DATA)

    @property
    def visible_runs(self) -> list[PastRun]:
        """The runs that match the search."""
        return [item.data(0, _DATA) for item in self._items() if not item.isHidden()]

    def search(self, wanted: str, with_file: frozenset[RunKey]) -> None:
        """Show only runs whose anomaly, date or visible server contains the text, and those in `with_file`."""
        text = folded(wanted)
        for item in self._items():
            run = item.data(0, _DATA)
            named = [run.key.anomaly_id, item.text(0), *([] if self.isColumnHidden(_SERVER) else [item.text(_SERVER)])]
            fits = any(text in folded(one) for one in named)
            item.setHidden(not (fits or run.key in with_file))
        if self.chosen is None:
            self.setCurrentIndex(QModelIndex())
            for item in self._items():
                if not item.isHidden():
                    self.setCurrentItem(item)
                    return

    def _show_link(self, item: QTreeWidgetItem) -> None:
        font = self.font()
        font.setUnderline(True)
        item.setFont(_ANOMALY, font)
        item.setData(_ANOMALY, OWN_COLOR, "accent")

    def _clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == _ANOMALY and item.font(_ANOMALY).underline():
            self.page_wanted.emit()

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for row in range(self.topLevelItemCount()) if (item := self.topLevelItem(row)) is not None]


class FileList(ColumnList):
    """The files of a receipt."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            N_("Files"), (N_("Name"), N_("Size"), N_("Result"), N_("Uploaded at")), wide=0, numbers=1, theme=theme
        )

    def show_files(self, files: Iterable[ReceiptFile], wanted: str) -> None:
        """Show these files, failed and refused first; select the first whose name contains `wanted`."""
        self.clear()
        items = [self._item(file) for file in sorted(files, key=_attention)]
        self.addTopLevelItems(items)
        text = folded(wanted)
        if items:
            self.setCurrentItem(next((item for item in items if text in folded(item.text(0))), items[0]))

    @property
    def chosen(self) -> ReceiptFile | None:
        """The selected file's entry in the receipt, None for none."""
        item = self.currentItem()
        return None if item is None else item.data(0, _DATA)

    def _item(self, file: ReceiptFile) -> QTreeWidgetItem:
        state, why = receipt_words.result(file), receipt_words.why(file)
        when = "" if file.uploaded_at is None else receipt_words.moment(file.uploaded_at)
        item = QTreeWidgetItem([visible_name(file.name), receipt_words.size(file), state, when])
        item.setTextAlignment(1, AT_RIGHT)
        item.setData(2, OWN_COLOR, _COLORS.get(file.state))
        item.setToolTip(0, tip(file.source or visible_name(file.path)))
        item.setToolTip(2, tip(_("{label}: {text}", label=state, text=why)) if why else "")
        item.setData(0, _DATA, file)
        return item


def _attention(file: ReceiptFile) -> int:
    return _FIRST.get(file.state, len(_FIRST))


def _deposit(run: PastRun) -> QTreeWidgetItem:
    words: Counter[str] = Counter()
    for state, count in run.states.items():
        words[ReceiptState.of(state)] += count
    item = QTreeWidgetItem(
        [
            receipt_words.day_and_time(run.started_at),
            run.key.anomaly_id,
            i18n.number(run.files),
            receipt_words.sums(words, run.bytes_uploaded, run.bytes_of_originals),
            server_name(run.server),
        ]
    )
    item.setTextAlignment(2, AT_RIGHT)
    item.setToolTip(_SERVER, tip(run.server))
    item.setData(0, _DATA, run)
    return item


_SEARCH_MS: Final = 200


class HistoryDialog(PlainDialog):
    """Lists deposits and the files of the selected one. In a trial there is no history."""

    guide_page = "history"

    def __init__(self, engine: Bridge, theme: Theme, window: MainWindow) -> None:
        super().__init__(N_("History"), theme, window)
        self._engine = engine
        self._window = window
        self._receipts = window.receipts
        self._trial = window.trial
        self._server = ""
        self._with_file: frozenset[RunKey] = frozenset()
        self._shown: Receipt | None = None
        self.search = SearchField(theme)
        self.deposits = DepositList(theme)
        self.files = FileList(theme)
        self.nothing = label(theme, 14, kind="muted", wraps=True)
        self.open_receipt = self.text_button(N_("Open the receipt"), "plain")
        self.save_receipt = self.text_button(N_("Save the receipt…"), "plain")
        self.print_out = self.text_button(N_("Print…"), "plain")
        self.show_file = self.text_button(N_("Show in folder"), "plain")
        self.send_again = push_button("plain", theme)
        self.open_page = push_button("plain", theme)
        self.forget = self.text_button(N_("Forget this deposit…"), "plain")
        self.check_files = push_button("plain", theme)
        self.close_button = self.text_button(N_("Close"), "primary")
        self.elsewhere = label(theme, 12, kind="muted", wraps=True)
        self.news = label(theme, 12, kind="muted", wraps=True)
        self._pages = QStackedWidget()
        self._search_timer = one_shot(self, _SEARCH_MS, self._search_file_names)
        self._build()
        self._connect()
        self._show_state()
        self.close_button.setFocus()  # the lists are hidden until there is something in them
        if not self._trial:
            engine.load_history()

    # Events of the engine

    def handle_event(self, event: events.Event) -> None:
        """Show what was requested; load the history again after a run."""
        match event:
            case events.HistoryFound(runs, server):
                self._server = server
                self.deposits.show_runs(runs, server, linked=bool(self._window.model.pages.form))
                self._search()
                if runs and self.focusWidget() is self.close_button:
                    self.deposits.setFocus()
            case events.HistoryMatches(wanted, keys) if wanted == self._wanted:
                self._with_file = keys
                self._search()
            case events.ReceiptBuilt(receipt, key) if key is not None and key == self._key:
                self._shown = receipt
                self.files.show_files(receipt.files, self._wanted)
                self._show_state()
            case events.ReceiptWritten(_, str(error)):
                self.show_news(_("The receipt could not be saved: {why}", why=_(error)))
            case events.QueueIdle() if not self._trial:
                self._engine.load_history()

    def show_news(self, news: str) -> None:
        """Show what became of a receipt; the window's own line is behind this dialog."""
        self.news.setText(news)
        announce(self.news, news)

    # Inside

    @property
    def _wanted(self) -> str:
        return self.search.text().strip()

    @property
    def _key(self) -> RunKey | None:
        run = self.deposits.chosen
        return None if run is None else run.key

    @property
    def _page(self) -> str:
        """The address of the page of the selected deposit's anomaly, "" for none."""
        run = self.deposits.chosen
        return "" if run is None else self._window.model.pages.of(run.key.anomaly_id, run.server)

    def _open_page(self) -> None:
        if self._page:
            QDesktopServices.openUrl(QUrl(self._page))

    def _build(self) -> None:
        self.search.setMinimumWidth(self.theme.px(260))
        self.translate(self.search.setPlaceholderText, N_("Anomaly, file or date"))
        self.translate(self.search.setAccessibleName, N_("Anomaly, file or date"))
        title = label(self.theme, 16, QFont.Weight.DemiBold)
        self.translate(title.setText, N_("History"))
        lists = QSplitter(Qt.Orientation.Vertical)
        lists.setChildrenCollapsible(False)
        lists.addWidget(self.deposits)
        self._lower = self._made_lower()
        lists.addWidget(self._lower)
        lists.setSizes([220, 320])
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(lists)
        self._pages.addWidget(self.nothing)
        top = arranged(QHBoxLayout(), title, None, self.search)
        below = (self.check_files, (self.news, 1), self.help_button(), self.close_button)
        self.column.setSpacing(12)
        self.column.addLayout(top)
        self.column.addWidget(self._pages, 1)
        self.column.addLayout(arranged(QHBoxLayout(), *below, spacing=12))
        self.setMinimumSize(0, 0)  # what its parts need, which is more than a dialog's least width
        self.resize(within_screen(self, QSize(self.theme.px(860), self.theme.px(620))))

    def _made_lower(self) -> QWidget:
        lower, buttons, flow = QWidget(), QWidget(), FlowLayout(8)
        buttons.setLayout(flow)
        buttons_in_order = (self.open_receipt, self.save_receipt, self.print_out, self.show_file, self.send_again)
        for button in (*buttons_in_order, self.open_page, self.forget):
            flow.addWidget(button)
        arranged(QVBoxLayout(lower), (self.files, 1), buttons, self.elsewhere, spacing=10, margins=(0, 8, 0, 0))
        return lower

    def _connect(self) -> None:
        self._engine.event_arrived.connect(self.handle_event)
        self._receipts.news.connect(self.show_news)
        self.search.textChanged.connect(self._search_changed)
        self.search.paste_wanted.connect(self._search_for_copied)
        self.deposits.currentItemChanged.connect(self._chosen)
        self.files.currentItemChanged.connect(self._show_state)
        self.files.itemActivated.connect(self.show_file.click)
        self.show_file.clicked.connect(self._show_in_folder)
        self.send_again.clicked.connect(self._send_again)
        self.open_receipt.clicked.connect(lambda: self._receipts.open(*self._anomaly_and_key()))
        self.save_receipt.clicked.connect(lambda: self._receipts.save_as(*self._anomaly_and_key()))
        self.print_out.clicked.connect(lambda: self._receipts.print_out(*self._anomaly_and_key()))
        self.close_button.clicked.connect(self.accept)
        self.check_files.clicked.connect(self._check_files)
        self.forget.clicked.connect(self._ask_to_forget)
        self.open_page.clicked.connect(self._open_page)
        self.deposits.page_wanted.connect(self._open_page)

    def _check_files(self) -> None:
        dialog = CheckDialog(self.theme, self, self._shown)
        dialog.help_wanted.connect(self.help_wanted)
        dialog.open()

    def _search_changed(self) -> None:
        self._with_file = frozenset()
        self._search()
        self._search_timer.start()

    def _search_for_copied(self) -> None:
        """Search for the name of a copied file; the list behind this dialog gets nothing that nobody sees."""
        decision = decision_on(QGuiApplication.clipboard().mimeData())
        names = [path.name for path in decision.paths] or [file.name for file in decision.files]
        self.search.insert(names[0] if names else "")

    def _search_file_names(self) -> None:
        if self._wanted and not self._trial:
            self._engine.search_history(self._wanted)

    def _search(self) -> None:
        self.deposits.search(self._wanted, self._with_file)
        self._show_state()

    def _chosen(self) -> None:
        self._shown = None
        self.files.clear()
        self._show_state()
        if (key := self._key) is not None:
            self._engine.build_receipt(key)

    def _show_state(self) -> None:
        run = self.deposits.chosen
        self._pages.setCurrentIndex(1 if run is None else 0)
        self.nothing.setText(self._nothing_text())
        failed = 0 if run is None else run.states.get(UploadState.FAILED, 0)
        self.send_again.setVisible(bool(failed))
        self.send_again.setText(ngettext("Send the failed file again", "Send the {count} failed files again", failed))
        elsewhere = run is not None and run.server != self._server
        self.send_again.setEnabled(not elsewhere)
        self._explain(
            _("To send these again, first set {server} as the server in the settings.", server=server_name(run.server))
            if run and failed and elsewhere
            else ""
        )
        self.open_page.setVisible(bool(self._page))
        self.open_page.setText(
            _("Open anomaly {number} in the register", number="" if run is None else run.key.anomaly_id)
        )
        self.check_files.setText(
            _("Check files against this receipt…") if run else _("Check files against a receipt…")  # chosen there
        )
        waits = run is not None and bool(run.unfinished)
        self.forget.setEnabled(not waits)
        why = _("Some of its files are still to be sent. Send them or cancel them first.") if waits else ""
        self.forget.setToolTip(why)
        self.forget.setAccessibleDescription(why)
        chosen = self.files.chosen
        self.show_file.setEnabled(chosen is not None and not chosen.source)
        self.search.setEnabled(bool(self.deposits.topLevelItemCount()))

    def _explain(self, why: str) -> None:
        """Show why “Send again” is disabled, and what to do; "" hides it."""
        self.send_again.setToolTip(why)
        self.send_again.setAccessibleDescription(why)
        self.elsewhere.setText(why)
        self.elsewhere.setVisible(bool(why))

    def _nothing_text(self) -> str:
        if self._trial:
            return _("What is only tried out does not appear in History.")
        return (
            _("No deposit matches what you are looking for.")
            if self._wanted
            else _("Each deposit you make will be listed here, with its receipt.")
        )

    def _anomaly_and_key(self) -> tuple[str, RunKey | None]:
        key = self._key
        return ("" if key is None else key.anomaly_id), key

    def _show_in_folder(self) -> None:
        if (file := self.files.chosen) is not None:
            show_in_folder(Path(file.path))

    def _send_again(self) -> None:
        """Send failed files again and close: they are on the list behind this dialog."""
        if (key := self._key) is not None:
            self._engine.send_past_again(key)
            self.accept()

    def _ask_to_forget(self) -> None:
        if (run := self.deposits.chosen) is not None:
            question = QuestionDialog(
                self.theme,
                self,
                lambda: ngettext(
                    "Forget the deposit of {day} for anomaly {number} ({count} file)?",
                    "Forget the deposit of {day} for anomaly {number} ({count} files)?",
                    run.files,
                    day=receipt_words.day_and_time(run.started_at),
                    number=run.key.anomaly_id,
                ),
                N_("It leaves History, with its receipt, and the list of the window. Nothing changes in the register."),
                N_("This computer will no longer recognise its files: dropped again, they are attached a second time."),
                answers=(N_("Forget this deposit"), N_("Keep it")),
                guide_page=self.guide_page,
            )
            question.accepted.connect(lambda: self._engine.forget_past(run.key))
            question.help_wanted.connect(self.help_wanted)
            question.open()

    def fit(self) -> None:
        """Keep the size: it is a person's."""

    def retranslate(self) -> None:
        """Set all texts in the current language; request the history again, for its texts."""
        super().retranslate()
        self.deposits.retranslate()
        self.files.retranslate()
        self._show_state()
        if not self._trial:
            self._engine.load_history()

    # Overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Reserve room for buttons that need two lines."""
        super().resizeEvent(event)
        layout = self._lower.layout()
        assert layout is not None
        self._lower.setMinimumHeight(layout.totalMinimumHeightForWidth(self._pages.width()))
