"""The question what to do about refused files: photos to JPEG, others into a ZIP, and whether to remember that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QCheckBox

from uploader_gui.engine.conversion_choices import offered_treatments
from uploader_gui.engine.models import Treatment
from uploader_gui.gui.dialogs.form import PlainDialog, chosen, row_of
from uploader_gui.i18n import N_, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtWidgets import QPushButton, QWidget

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
