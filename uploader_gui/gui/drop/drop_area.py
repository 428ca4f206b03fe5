"""The dashed areas that ask for files: the card of an empty list, and the overlay that says what a drop would do.

The drop target is the whole window (`add_files.py`). While dropped files wait for the anomaly's number the card says
so: an unchanged card would look like a lost drop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine.models import Origin
from uploader_gui.gui.drop.mime import EntryCounts, folders_among
from uploader_gui.gui.drop.offer import DropKind, add_from
from uploader_gui.gui.style.widgets import IconLabel, Translated, announce, arranged, label
from uploader_gui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from uploader_gui.gui.drop.offer import Decision
    from uploader_gui.gui.style.theme import Theme

_MARGIN: Final = 24
_PICTURE: Final = 86


class EmptyState(QWidget, Translated):
    """Asks for files: a picture, a sentence, two buttons, and links to a trial with samples and to the guide."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._kept: EntryCounts | None = None
        self._anomaly_id = ""
        self.add_files = self.text_button(N_("Add files…"), "primary")
        self.add_folder = self.text_button(N_("Add folder…"), "plain")
        self.samples = self.text_button(N_("Try it with sample files"), "link")
        self.guide = self.text_button(N_("User guide"), "link")
        self.picture = IconLabel("drop", "accent", _PICTURE, theme)
        self.title = label("", theme, 22, QFont.Weight.DemiBold, kind="text", wraps=True)
        self.types = label("", theme, 13, kind="muted", wraps=True)
        for sentence in (self.title, self.types):
            sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        buttons = arranged(QHBoxLayout(), None, self.add_files, self.add_folder, None, spacing=12)
        links = arranged(QHBoxLayout(), None, self.samples, self.guide, None, spacing=12)
        texts = (self.picture, 18, self.title, 2, self.types, 18)
        arranged(QVBoxLayout(self), None, *texts, buttons, 12, links, None, margins=(24, 16, 24, 16))
        self.follow_language(self._set_texts)

    def show_kept(self, kept: EntryCounts | None, anomaly_id: str) -> None:
        """Show how many kept files wait, and for what: a number, or the confirmation of the number."""
        before = self.title.text()
        self._kept, self._anomaly_id = kept, anomaly_id
        self._set_texts()
        if kept is not None and self.isVisible() and self.title.text() != before:
            announce(self.title, self.title.text())

    def _set_texts(self) -> None:
        if self._kept is None:
            self.title.setText(_("Drop photos, reports and e-mails here"))
            self.types.setText(_("JPEG, PNG, PDF, Word, Excel, e-mail, ZIP…  Whole folders too."))
            return
        there = bool(self._anomaly_id)
        add = ngettext(
            "Add {count} file to {number}", "Add {count} files to {number}", self._kept.entries, number=self._anomaly_id
        )
        self.title.setText(add if there else self._kept.wait())
        self.types.setText(
            _("If the number is right, press Enter or the button above.")
            if there
            else _("Type the anomaly’s number above, then press Enter.")
        )

    def minimumSizeHint(self) -> QSize:
        """Room for texts and buttons; the picture is optional."""
        whole = super().minimumSizeHint()
        return whole - QSize(0, _PICTURE) if self.picture.isVisibleTo(self) else whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the picture where there is room for it."""
        super().resizeEvent(event)
        self.picture.setVisible(self.height() >= self.minimumSizeHint().height() + _PICTURE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card with its dashed edge."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(dashed(self.theme.colors.outline))
        painter.setBrush(QColor(self.theme.colors.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.end()


class DropOverlay(QWidget):
    """A big dashed area over the window that says what letting go would do."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self.theme = theme
        self._window = window
        self.spared: QWidget | None = None
        """The band that is not covered, nor anything above it."""
        self._refuses = False
        self.setMouseTracking(True)
        self._icon = IconLabel("drop", "accent", _PICTURE, theme)
        self.title = label("", theme, 22, QFont.Weight.DemiBold, wraps=True)
        self.subtitle = label("", theme, 13, kind="muted", wraps=True)
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
        if self.spared is not None:
            covered.setTop(self.spared.mapTo(self._window, self.spared.rect().bottomLeft()).y() + 1)
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
        """Hide: while something is dragged the pointer is not ours. Its program ended without a word."""
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
    if decision.kind is DropKind.PORTAL:
        return _("Add these files to anomaly {number}", number=anomaly_id), _(
            "Folders are searched; the originals stay where they are"
        )
    left_out = not_here(decision.left_out)
    if decision.origin is not None:
        count = decision.promised or len(decision.files or decision.paths)
        how = (
            N_("Fetching begins at once; the originals stay where they are")
            if decision.promised or decision.files
            else N_("Folders are searched; the originals stay where they are")
        )
        return add_from(decision.origin, count, anomaly_id), left_out or _(how)
    folders = folders_among(decision.paths)
    return EntryCounts.of(path in folders for path in decision.paths).add_to(anomaly_id), left_out or _(
        "Folders are searched; the originals stay where they are"
    )


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


def listed(names: Sequence[str]) -> str:
    """Return the first names, as many as fill a line."""
    return ", ".join([*names[:3], *(["…"] if len(names) > 3 else [])])  # noqa: PLR2004 - see above


def dashed(color: str) -> QPen:
    """Return the pen for the dashed line around a drop target."""
    pen = QPen(QColor(color), 2, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([5, 3])
    return pen
