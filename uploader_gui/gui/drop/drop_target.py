"""The drop target, which is the whole window: what a drag, drop or paste becomes, and the overlay that says it before.

Drops are always copies, never moves. Loaded with the first drag or paste.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QFont, QGuiApplication, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from uploader_gui.engine.models import Origin
from uploader_gui.gui.drop.add_files import EntryCounts, folders_among, listed
from uploader_gui.gui.drop.drop_area import PICTURE_SIDE, dashed
from uploader_gui.gui.drop.mime import decision_on, picture_in, portal_key_in
from uploader_gui.gui.drop.offer import Decision, DropKind, add_from
from uploader_gui.gui.style.widgets import IconLabel, arranged, label
from uploader_gui.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragLeaveEvent, QMouseEvent, QPaintEvent

    from uploader_gui.gui.drop.add_files import AddFiles
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme

_MARGIN: Final = 24


class DropTarget:
    """Takes drops and pastes, and gives what they bring to `AddFiles` or those who listen to its signals."""

    def __init__(self, add_files: AddFiles, window: MainWindow, theme: Theme) -> None:
        self._add_files = add_files
        self._window = window
        self._entered = Decision(DropKind.NOTHING)
        self.overlay = DropOverlay(window, theme)

    def handle(self, event: QDropEvent | QDragLeaveEvent) -> None:
        """Handle a drag event of the window."""
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif not isinstance(event, QDropEvent):
            self.overlay.hide()
        elif event.source() is not None:  # moves are among them
            event.ignore()
        elif isinstance(event, QDragMoveEvent):
            self._accept_as_copy(event)
        else:
            self._drop(event)

    def paste(self) -> None:
        """Add what the clipboard holds."""
        mime = QGuiApplication.clipboard().mimeData()
        self._take(decision_on(mime), mime)

    def _enter(self, event: QDragEnterEvent) -> None:
        """Accept even what holds no files: only then does Qt report the drop, and advice can be shown."""
        if event.source() is not None:
            event.ignore()  # text dragged within the window
            return
        self._accept_as_copy(event)
        self._entered = decision_on(event.mimeData(), self._add_files.promises())
        self.overlay.show_decision(self._entered, self._window.anomaly_id)

    def _accept_as_copy(self, event: QDragMoveEvent | QDropEvent) -> None:
        """Always copy: a move would let the file manager delete the originals."""
        event.setDropAction(Qt.DropAction.CopyAction)
        if event.dropAction() is Qt.DropAction.MoveAction:  # where no copy is offered, Qt answers with what is
            event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()

    def _drop(self, event: QDropEvent) -> None:
        self._accept_as_copy(event)
        decision = self._what_is_left(decision_on(event.mimeData(), self._add_files.promises()))
        self.overlay.hide()
        self._take(decision, event.mimeData(), dropped=True)

    def _what_is_left(self, decision: Decision) -> Decision:
        """Return what is done where the other program ended before its data were read: files on the disk stay there."""
        entered, self._entered = self._entered, Decision(DropKind.NOTHING)
        if decision.is_taken or not entered.is_taken:
            return decision
        return entered if any(map(os.path.lexists, entered.paths[:1])) else Decision(DropKind.GONE)

    def _take(self, decision: Decision, mime: QMimeData, *, dropped: bool = False) -> None:
        if decision.kind is DropKind.FILES:
            self._add_files.add(decision.paths)
            if decision.left_out:
                self._window.notices.explain(lambda: not_here(decision.left_out))
        elif decision.kind is DropKind.PICTURE:
            self._window.picture_given.emit(picture_in(mime, decision), self._add_files.anomaly_for_this())
        elif decision.kind in {DropKind.VIRTUAL, DropKind.PROMISED}:
            self._add_files.virtual_given.emit(decision, self._add_files.anomaly_for_this(), dropped)
        elif decision.kind is DropKind.PORTAL:
            self._add_files.portal_given.emit(portal_key_in(mime), self._add_files.anomaly_for_this())
        else:
            self._add_files.refuse(decision.kind)


class DropOverlay(QWidget):
    """A big dashed area over the window that says what letting go would do."""

    def __init__(self, window: MainWindow, theme: Theme) -> None:
        super().__init__(window)
        self.theme = theme
        self._window = window
        self._refuses = False
        self.setMouseTracking(True)
        self._icon = IconLabel("drop", "accent", PICTURE_SIDE, theme)
        self.title = label(theme, 22, QFont.Weight.DemiBold, wraps=True)
        self.subtitle = label(theme, 13, kind="muted", wraps=True)
        for text in (self.title, self.subtitle):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        around = 2 * _MARGIN
        parts = (None, self._icon, 20, self.title, self.subtitle, None)
        arranged(QVBoxLayout(self), *parts, margins=(around, around, around, around))
        for part in (self._icon, self.title, self.subtitle):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_texts(self, title: str, subtitle: str, *, refuses: bool = False) -> None:
        """Cover the window with these texts, in another colour where nothing would be taken."""
        self._refuses = refuses
        self._icon.show_icon(*(("failed", "danger") if refuses else ("drop", "accent")))
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        covered = self._window.rect()
        if (trial := self._window.body.trial) is not None:  # its band stays in sight
            covered.setTop(trial.mapTo(self._window, trial.rect().bottomLeft()).y() + 1)
        self.setGeometry(covered)
        self.raise_()
        self.show()

    def show_decision(self, decision: Decision, anomaly_id: str) -> None:
        """Say what letting go would do with what is dragged, while that anomaly is shown; "" stands for no anomaly."""
        if not decision.is_taken:
            self.show_texts(decision.kind.refusal, decision.kind.advice, refuses=True)
        elif not anomaly_id:
            self.show_texts(
                _("Type the anomaly’s number, then drop"),
                _("Or drop now: the files are kept until the number is there"),
            )
        else:
            self.show_texts(*_texts_of(decision, anomaly_id))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hide: nothing is dragged any more, and the program it came from has ended without telling."""
        if event.spontaneous():  # else Qt made it because this was shown
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dashed area."""
        del event
        colors = self.theme.colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colors.bg))
        painter.setPen(dashed(colors.danger if self._refuses else colors.accent))
        painter.setBrush(QColor(colors.danger_soft if self._refuses else colors.accent_soft))
        area = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.drawRoundedRect(area, 12, 12)
        painter.end()


def _texts_of(decision: Decision, anomaly_id: str) -> tuple[str, str]:
    """Return what letting go would do, and how."""
    if decision.kind is DropKind.PICTURE and decision.is_named_file:
        return add_from(decision.origin or Origin.PROGRAM, 1, anomaly_id), _("The file is kept as it is")
    if decision.kind is DropKind.PICTURE:
        kept = _("It is kept as it is") if decision.picture else _("It is saved as a PNG file")
        return _("Add this picture to anomaly {number}", number=anomaly_id), kept
    searched = _("Folders are searched; the originals stay where they are")
    if decision.kind is DropKind.PORTAL:
        return _("Add these files to anomaly {number}", number=anomaly_id), searched
    how = not_here(decision.left_out) or searched
    if decision.promised or decision.files:
        how = _("Fetching begins at once; the originals stay where they are")
    if decision.origin is not None:
        count = decision.promised or len(decision.files or decision.paths)
        return add_from(decision.origin, count, anomaly_id), how
    folders = folders_among(decision.paths)
    return EntryCounts.of(path in folders for path in decision.paths).add_to(anomaly_id), how


def not_here(names: Sequence[str]) -> str:
    """Return the sentence that counts what was left out and names the first, "" for nothing."""
    if not names:
        return ""
    return ngettext(
        "{count} item was left out, because it is in no folder of this computer: {names}. Copy it to a folder first, "
        "then drop it.",
        "{count} items were left out, because they are in no folder of this computer: {names}. Copy them to a folder "
        "first, then drop them.",
        len(names),
        names=listed(names),
    )
