"""The guide: pages of Markdown from `resources/guide` in the program's language, and what support may ask for.

Nothing is asked of the network: pictures lie beside the pages, and a link that leads outside is opened by the system.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QEvent, QSize, QStandardPaths, Qt, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QDesktopServices,
    QImage,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextOption,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from uploader_gui.gui.dialogs.form import FormParts, PlainDialog, check_box
from uploader_gui.gui.style.widgets import announce, arranged, file_dialog, label, within_screen
from uploader_gui.i18n import N_, _, language_in_use
from uploader_gui.paths import find_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploader_gui.gui.style.theme import Theme

PAGES: Final = (
    "first-deposit",
    "anomaly-and-tokens",
    "refused-files",
    "failures",
    "receipts",
    "history",
    "settings",
    "shortcuts",
    "privacy",
    "promises",
    "it",
    "cli",
    "receipt-format",
)
"""The pages in the order of the list; each is a file in `resources/guide/fr` and `resources/guide/en`."""
_SIZE: Final = QSize(980, 700)
_LIST_WIDTH: Final = 248
_PICTURE_WIDTH: Final = 640
_LINE_PERCENT: Final = 130
_PICTURE: Final = "\ufffc"
"""What stands for a picture in the text of a paragraph."""


class GuideWindow(QDialog, FormParts):
    """Shows the pages beside their list. It has no parent, so that it can be read while a dialog waits for an answer.

    `log_wanted`, `diagnostics_wanted` and `report_wanted(Path, bool)` are requests; `show_news` tells what became of
    them.
    """

    log_wanted = Signal()
    diagnostics_wanted = Signal()
    report_wanted = Signal(object, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.column = QVBoxLayout()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.pages = QTreeWidget()
        self.text = GuideText(theme)
        self.back = self.text_button(N_("Back"), "plain")
        self.show_log = self.text_button(N_("Show log"), "link")
        self.copy = self.text_button(N_("Copy diagnostics"), "link")
        self.report = self.text_button(N_("Save a report for support…"), "link")
        self.news = label(theme, 13, kind="ok", wraps=True)
        self.close_button = self.text_button(N_("Close"), "primary")
        self._build()
        self._connect()

    def show_page(self, name: str) -> None:
        """Show a page, and bring the window to the front."""
        self.text.open(name)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_news(self, news: str) -> None:
        """Show what became of a request."""
        self.news.setText(news)
        self.news.setVisible(bool(news))
        announce(self, news)

    def _build(self) -> None:
        self.translate(self.setWindowTitle, N_("User guide"))
        self.translate(self.pages.setAccessibleName, N_("Pages of the guide"))
        self.translate(self.text.setAccessibleName, N_("User guide"))
        self.pages.setHeaderHidden(True)
        self.pages.setRootIsDecorated(False)
        self.pages.setAllColumnsShowFocus(True)
        self.pages.setFont(self.theme.font(13))
        self.pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for name in PAGES:
            QTreeWidgetItem(self.pages, [title(name)]).setData(0, Qt.ItemDataRole.UserRole, name)
        self._build_left()
        arranged(QHBoxLayout(self), self.column, (self.text, 1), spacing=12, margins=(16, 16, 16, 16))
        self.resize(within_screen(self, _SIZE * self.theme.scale))

    def _build_left(self) -> None:
        self.column.setSpacing(6)
        self.pages.setFixedWidth(self.theme.px(_LIST_WIDTH))
        self.column.addWidget(self.pages, 1)
        self.add_sentence(N_("Support may ask for these. None of them holds tokens or upload links.")).setFixedWidth(
            self.theme.px(_LIST_WIDTH)
        )
        for button in (self.report, self.copy, self.show_log):
            self.column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.news.setFixedWidth(self.theme.px(_LIST_WIDTH))
        self.news.hide()
        self.column.addWidget(self.news)
        self.column.addLayout(arranged(QHBoxLayout(), self.back, (self.close_button, 1)))

    def _connect(self) -> None:
        self.pages.currentItemChanged.connect(self._chosen)
        self.text.sourceChanged.connect(self._follow)
        self.text.backwardAvailable.connect(self.back.setEnabled)
        self.back.setEnabled(False)
        self.back.clicked.connect(self.text.backward)
        self.back.setAutoDefault(False)
        self.show_log.clicked.connect(self.log_wanted)
        self.copy.clicked.connect(self.diagnostics_wanted)
        self.report.clicked.connect(self.ask_for_report)
        self.close_button.clicked.connect(self.accept)

    def ask_for_report(self) -> ReportDialog:
        """Ask what a report may hold and where it goes."""
        dialog = ReportDialog(self.theme, self)
        dialog.help_wanted.connect(self.show_page)
        dialog.open()
        return dialog

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.text.open(item.data(0, Qt.ItemDataRole.UserRole))

    def _follow(self) -> None:
        """Mark the page shown in the list."""
        if (name := self.text.page) in PAGES and (item := self.pages.topLevelItem(PAGES.index(name))) is not None:
            self.pages.setCurrentItem(item)

    # Overrides of Qt

    def changeEvent(self, event: QEvent) -> None:
        """Show the same page in the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.show_news("")
            for row, name in enumerate(PAGES):
                if (item := self.pages.topLevelItem(row)) is not None:
                    item.setText(0, title(name))
            self.text.open(self.text.page)


class GuideText(QTextBrowser):
    """One page; follows the links between pages, and leaves those that lead outside to the system."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._url = QUrl()
        self._width = 0
        self.setOpenLinks(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.anchorClicked.connect(self._open_link)
        self.sourceChanged.connect(self._lay_out)
        theme.changed.connect(self._reload)

    @property
    def page(self) -> str:
        """The name of the page shown, "" before the first."""
        return self._url.fileName().removesuffix(".md")

    def open(self, name: str) -> None:
        """Show a page in the program's language."""
        url = QUrl.fromLocalFile(str(page_file(name)))
        if url != self._url:
            self.setSource(url)

    def _open_link(self, link: QUrl) -> None:
        url = self._url.resolved(link)
        if url.isLocalFile() and url.fileName().endswith(".md"):
            self.setSource(url)
        elif url.scheme() == "https":
            QDesktopServices.openUrl(url)

    def _reload(self) -> None:
        """Show the page in the new colours, where it was."""
        place = self.verticalScrollBar().value()
        self.reload()
        self._lay_out(self._url)
        self.verticalScrollBar().setValue(place)

    # Layout: Qt's reader of Markdown leaves sizes and distances as they come

    def _lay_out(self, url: QUrl) -> None:
        self._url = url  # `source()` is still that of the page before
        document = self.document()
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(self._theme.font(14))
        document.setDocumentMargin(self._theme.px(20))
        changes = QTextCursor(document)
        changes.beginEditBlock()  # else each change lays the whole page out again
        for block in _blocks(document):
            self._lay_out_block(block)
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                frame.setFormat(self._table_format(frame.format()))
        changes.endEditBlock()
        self._width = 0
        self._fit_pictures()

    def _lay_out_block(self, block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        level, in_table = block.blockFormat().headingLevel(), cursor.currentTable() is not None
        spacing = QTextBlockFormat()
        if not (in_table or block.text() == _PICTURE):
            spacing.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        spacing.setTopMargin(self._theme.px(18 if level > 1 else 0))
        spacing.setBottomMargin(0 if in_table else self._theme.px(4 if block.textList() else 10))
        cursor.mergeBlockFormat(spacing)
        if level:
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            look = QTextCharFormat()
            look.setProperty(QTextFormat.Property.FontSizeAdjustment, max(0, 3 - level))
            cursor.mergeCharFormat(look)

    def _table_format(self, before: QTextTableFormat) -> QTextTableFormat:
        before.setBorder(1)
        before.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        before.setBorderBrush(QBrush(QColor(self._theme.colors.line)))
        before.setBorderCollapse(True)
        before.setCellSpacing(0)
        before.setCellPadding(self._theme.px(6))
        before.setBottomMargin(self._theme.px(12))
        return before

    def _fit_pictures(self) -> None:
        """Scale the pictures to the page's width, sharp on every screen."""
        document = self.document()
        room = round(self.viewport().width() - 2 * document.documentMargin())
        width = max(1, min(room, self._theme.px(_PICTURE_WIDTH)))
        if width == self._width:
            return
        self._width = width
        for name in _pictures(document):
            url = self._url.resolved(QUrl(name))
            document.addResource(QTextDocument.ResourceType.ImageResource, url, self._picture(url))
        document.markContentsDirty(0, document.characterCount())

    def _picture(self, url: QUrl) -> QImage:
        ratio = self.devicePixelRatioF()
        image = QImage(url.toLocalFile())
        if image.width() > self._width * ratio:
            image = image.scaledToWidth(round(self._width * ratio), Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(max(1.0, image.width() / self._width) if ratio > 1 else 1.0)
        return image

    # Overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale the pictures again."""
        super().resizeEvent(event)
        self._fit_pictures()


def page_file(name: str) -> Path:
    """Return the file of a page in the program's language."""
    return find_resource(f"guide/{language_in_use()}/{name}.md")


def title(name: str) -> str:
    """Return a page's title: its first line, without the mark of a heading."""
    with page_file(name).open(encoding="utf-8") as file:
        return file.readline().lstrip("# ").rstrip()


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _pictures(document: QTextDocument) -> Iterator[str]:
    """Return the addresses of the pictures, as the page writes them."""
    for form in document.allFormats():
        if form.isImageFormat():
            yield form.toImageFormat().name()


class ReportDialog(PlainDialog):
    """Asks what a report for support may hold, and where it goes."""

    guide_page = "failures"

    def __init__(self, theme: Theme, guide: GuideWindow) -> None:
        super().__init__(N_("Report for support"), theme, guide)
        self._guide = guide
        self.names = check_box(theme)
        self.save = self.text_button(N_("Save the report…"), "primary")
        self.cancel = self.text_button(N_("Cancel"), "plain")
        self.add_title(N_("Report for support"))
        self.add_sentence(
            N_(
                "One ZIP file with the log, versions, settings, a test of the connection and the state of each file on "
                "the list. It holds no tokens, passwords or upload links. You can open it before you send it."
            )
        )
        self.translate(self.names.setText, N_("With the names of my files"))
        self.column.addSpacing(8)
        self.column.addWidget(self.names)
        self.add_buttons(self.cancel, self.save)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.choose_place)

    def choose_place(self) -> QFileDialog:
        """Ask where to save it; the dialog closes once that is known."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = file_dialog(self, _("Report for support"), documents)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["ZIP (*.zip)"])
        dialog.setDefaultSuffix("zip")
        today = QDate.currentDate().toString(Qt.DateFormat.ISODate)
        dialog.selectFile(f"uploader-gui-{today}.zip")
        dialog.fileSelected.connect(self._chosen)
        dialog.open()
        return dialog

    def _chosen(self, name: str) -> None:
        self._guide.report_wanted.emit(Path(name), self.names.isChecked())
        self.accept()
