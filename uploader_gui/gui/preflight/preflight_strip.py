"""The strip above the list that shows a drop's summary until it is closed or sending begins, and its one question.

In a low window it folds to its first line, with a button for the rest. The question is what to do about refused files:
photos to JPEG, others into a ZIP, and whether to remember that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine import events
from uploader_gui.engine.models import Treatment
from uploader_gui.engine.options import offered_treatments
from uploader_gui.gui.dialogs.form import PlainDialog, chosen, row_of
from uploader_gui.gui.preflight.preflight import Preflight, Summary
from uploader_gui.gui.style.widgets import IconButton, label, push_button
from uploader_gui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtWidgets import QPushButton

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.engine_api import Engine
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.upload_model import UploadModel

_WIDTH: Final = 580
_LEAVE: Final = "ask"
_FOR_PHOTOS: Final = {
    Treatment.CONVERT: N_("Convert to JPEG"),
    Treatment.ZIP: N_("Send in a ZIP"),
    _LEAVE: N_("Do not send"),
}
_FOR_OTHERS: Final = {Treatment.ZIP: N_("Send in a ZIP"), _LEAVE: N_("Do not send")}


class RefusedDialog(PlainDialog):
    """Asks once for all photos and once for all other files; leaves out the kind that has none."""

    guide_page = "refused-files"

    def __init__(self, theme: Theme, parent: QWidget, *, photos: int, others: int) -> None:
        super().__init__(N_("Files the register does not accept"), theme, parent)
        self.photos = self.choices(_FOR_PHOTOS) if photos else {}
        self.others = self.choices(_FOR_OTHERS) if others else {}
        self.widen(_WIDTH)
        self.remember = _check_box(theme)
        self.apply = self.button(N_("Apply"), "primary")
        self.cancel = self.button(N_("Cancel"), "plain")
        self.add_title(N_("Files the register does not accept"))
        self.add_sentence(
            N_(
                "A photo as JPEG keeps its date, place and colours. A ZIP holds the file exactly as it is. "
                "Your own files stay where they are, unchanged."
            )
        )
        self._add_choices(N_("Photos the register refuses (HEIC, WebP, TIFF, BMP)"), self.photos, photos)
        self._add_choices(N_("Other files it refuses (videos, PowerPoint…)"), self.others, others)
        self.translate(self.remember.setText, N_("Always do this"))
        self.column.addSpacing(8)
        self.column.addWidget(self.remember)
        self.add_buttons(self.help_button(), self.cancel, self.apply)
        self.apply.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)

    def _add_choices(self, caption: str, choices: Mapping[str, QPushButton], count: int) -> None:
        if choices:
            next(iter(choices.values())).setChecked(True)
            self.add_field(
                caption, row_of(choices.values()), more=lambda: " · " + ngettext("{count} file", "{count} files", count)
            )

    @property
    def answers(self) -> dict[str, str]:
        """The choices, by the names of the settings."""
        asked = {"refused_pictures": self.photos, "refused_others": self.others}
        return {setting: str(chosen(choices)) for setting, choices in asked.items() if choices}


def _check_box(theme: Theme) -> QCheckBox:
    """Return a check box with a lighter palette: Qt draws its frame darker than the window, invisible in dark mode."""
    box = QCheckBox()
    box.setFont(theme.font(13))
    palette = box.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(theme.colors.muted))
    box.setPalette(palette)
    return box


class RefusedController(QObject):
    """Opens the dialog and applies its answers. `remembered(dict)`: settings to be saved, by name."""

    remembered = Signal(object)
    help_wanted = Signal(str)

    def __init__(self, model: UploadModel, engine: Engine, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._engine = engine
        self._theme = theme
        self._parent = parent

    def open(self) -> RefusedDialog | None:
        """Ask about the refused files that can be converted; None where there are none."""
        photos, others = self._refused()
        if not photos and not others:
            return None
        dialog = RefusedDialog(self._theme, self._parent, photos=len(photos), others=len(others))
        dialog.accepted.connect(lambda: self._do(dialog))
        dialog.help_wanted.connect(self.help_wanted)
        dialog.open()
        return dialog

    def _do(self, dialog: RefusedDialog) -> None:
        """Apply the answers to what is refused now, not to what was when the dialog opened."""
        for choice, uploads in zip(_choices(dialog.answers), self._refused(), strict=True):
            if choice in set(Treatment) and uploads:
                self._engine.treat([upload.upload_id for upload in uploads], Treatment(choice))
        if dialog.remember.isChecked():
            self.remembered.emit(dialog.answers)

    def _refused(self) -> tuple[Sequence[UploadSnapshot], Sequence[UploadSnapshot]]:
        uploads = [self._model.snapshot(row) for row in range(self._model.rowCount())]
        some = [(upload, offered_treatments(upload)) for upload in uploads]
        photos = [upload for upload, treatments in some if Treatment.CONVERT in treatments]
        return photos, [upload for upload, treatments in some if treatments == (Treatment.ZIP,)]


def _choices(answers: dict[str, str]) -> tuple[str, str]:
    return answers.get("refused_pictures", ""), answers.get("refused_others", "")


_INSIDE: Final = (16, 10, 8, 10)
_BETWEEN: Final = 12


class PreflightStrip(QWidget):
    """Shows the summary of the last drops. `send_again_wanted(tuple[UploadId, ...])`: the skipped uploads.

    `other_anomaly_wanted(tuple[UploadId, ...], str)`: these are to go to that anomaly.
    `opened`: a person has unfolded it.
    """

    send_again_wanted = Signal(object)
    other_anomaly_wanted = Signal(object, str)
    refused_wanted = Signal()
    room_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._preflight = Preflight()
        self._running = False
        self._summary: Summary | None = None
        self._folded = False
        self.opened = False
        self.going = label("", theme, 13, QFont.Weight.DemiBold)
        self.not_going = label("", theme, 12)
        self.before = label("", theme, 12)
        self.send_again = push_button("", "link", theme)
        self.elsewhere = label("", theme, 12)
        self.change = push_button("", "link", theme)
        self.refused = push_button("", "link", theme)
        self.refused.clicked.connect(self.refused_wanted)
        self.details = push_button("", "link", theme)
        self.details.clicked.connect(self._open_or_close)
        self.close_button = IconButton("clear", theme)
        self._strip = QFrame()
        self._not_going_line = _line(self.not_going, self.refused)
        self._before_line = _line(self.before, self.send_again)
        self._elsewhere_line = _line(self.elsewhere, self.change)
        self._build()
        self.send_again.clicked.connect(self._send_again)
        self.change.clicked.connect(self._change_anomaly)
        self.close_button.clicked.connect(self.forget)
        self.retranslate()
        self.hide()

    @property
    def summary(self) -> Summary | None:
        """The summary shown, None while hidden."""
        return self._summary

    def handle_event(self, event: events.Event) -> None:
        """Update, show or hide the summary after an event of the engine."""
        changed = self._preflight.handle_event(event)
        match event:
            case events.QueueStatus(running):
                if running and not self._running:
                    self.forget()
                self._running = running
            case events.QueueIdle():
                self.forget()
            case _ if changed:
                self._show()

    def forget(self) -> None:
        """Hide until the next drop."""
        self._preflight.forget()
        self._show()

    def fold(self, *, on: bool) -> None:
        """Show only the first line (until a person unfolds it), or everything."""
        if on is not self._folded:
            self._folded, self.opened = on, False
            if self._summary is not None:
                self._show_lines(self._summary)

    def least_height_at(self, width: int) -> int:
        """Return the height in pixels at a width, folded unless a person has unfolded it."""
        if self.opened:
            return self.height_at(width)
        left, top, right, bottom = _INSIDE
        buttons = (self.details.sizeHint(), self.close_button.sizeHint())
        text = self.going.heightForWidth(width - left - right - sum(one.width() + _BETWEEN for one in buttons))
        return top + max(text, *(one.height() for one in buttons)) + bottom + self._below()

    def height_at(self, width: int) -> int:
        """Return the height in pixels at a width, with the lines shown now."""
        inside = self._strip.layout()
        assert inside is not None
        inside.invalidate()  # so that lines shown or hidden just now count
        return inside.totalHeightForWidth(width) + self._below()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self.send_again.setText(_("Send a second copy"))
        self.refused.setText(_("Refused files…"))
        self.close_button.rename(_("Close this summary"))
        self._show()

    # Inside

    def _build(self) -> None:
        self._strip.setProperty("kind", "card")
        lines = QVBoxLayout()
        lines.setSpacing(3)
        self.going.setWordWrap(True)
        lines.addWidget(_line(self.going, self.details))
        self.not_going.setWordWrap(True)
        lines.addWidget(self._not_going_line)
        self.not_going.setProperty("kind", "muted")
        self.before.setWordWrap(True)
        self.before.setProperty("kind", "muted")
        lines.addWidget(self._before_line)
        self.elsewhere.setWordWrap(True)
        self.elsewhere.setProperty("kind", "muted")
        lines.addWidget(self._elsewhere_line)
        row = QHBoxLayout(self._strip)
        row.setContentsMargins(*_INSIDE)
        row.setSpacing(_BETWEEN)
        row.addLayout(lines, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 14)
        column.addWidget(self._strip)

    def _show(self) -> None:
        """Show the summary; while files are sent, only one with something that the list does not show."""
        summary = self._preflight.summary()
        if summary is not None and self._running and self._preflight.is_plain:
            summary = None
        if summary != self._summary:
            self._summary, self.opened = summary, False
        if summary is None:
            self._appear(False)
            return
        self.going.setText(summary.going)
        self.not_going.setText(summary.not_going)
        self.before.setText(summary.before)
        self.elsewhere.setText(summary.elsewhere)
        self.change.set_meaning((summary.other, summary.meant))
        self.change.setText(
            ngettext(
                "Change it to {number}",
                "Change {count} files to {number}",
                len(summary.meant),
                number=summary.other,
            )
        )
        self._show_lines(summary)
        self.refused.setVisible(summary.helpable)
        self.send_again.set_meaning(summary.sent_before)
        self.send_again.setVisible(bool(summary.sent_before))
        self._appear(True)
        self.room_changed.emit()
        self.setAccessibleName(_("What happens to the files you added"))
        told = (summary.going, summary.not_going, summary.before, summary.elsewhere)
        self.setAccessibleDescription(" ".join(filter(None, told)))

    def _below(self) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.contentsMargins().bottom()

    def _show_lines(self, summary: Summary) -> None:
        whole = self.opened or not self._folded
        self._not_going_line.setVisible(whole and bool(summary.not_going))
        self._before_line.setVisible(whole and bool(summary.before))
        self._elsewhere_line.setVisible(whole and bool(summary.elsewhere))
        self.details.set_meaning((self._folded, self.opened))
        self.details.setVisible(self._folded and bool(summary.not_going or summary.before or summary.elsewhere))
        self.details.setText(_("Less") if self.opened else _("Details"))

    def _open_or_close(self) -> None:
        self.opened = not self.opened
        self._show()

    def _appear(self, there: bool) -> None:  # noqa: FBT001 - as Qt's setVisible
        if there is self.isHidden():
            self.setVisible(there)
            self.room_changed.emit()

    def _send_again(self) -> None:
        if self._summary is not None:
            self.send_again_wanted.emit(self._summary.sent_before)

    def _change_anomaly(self) -> None:
        if self._summary is not None:
            self.other_anomaly_wanted.emit(self._summary.meant, self._summary.other)


def _line(sentence: QWidget, button: QWidget) -> QWidget:
    """Return a row of both. A widget, not a layout: an empty layout would hold all lines at no width."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(sentence, 1)
    row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return line
