"""All refused files at once: photos to JPEG, the rest inside a ZIP, and whether to do so from now on.

Opened from the footer's menu and the summary of a drop; the main window makes the desk, which asks the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QCheckBox, QWidget

from uploader_gui.engine.models import Treatment
from uploader_gui.engine.treatments import offered
from uploader_gui.gui.dialogs.form import chosen, row_of
from uploader_gui.gui.dialogs.frame import PlainDialog
from uploader_gui.text import Words
from uploader_gui.words.treatments import TreatmentWords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.engine_port import Engine
    from uploader_gui.gui.look.theme import Theme
    from uploader_gui.gui.upload_model import UploadModel

_WIDTH: Final = 580
_LEAVE: Final = "ask"
_FOR_PHOTOS: Final = {
    Treatment.CONVERT: TreatmentWords.CONVERT,
    Treatment.ZIP: TreatmentWords.ZIP,
    _LEAVE: TreatmentWords.LEAVE,
}
_FOR_OTHERS: Final = {Treatment.ZIP: TreatmentWords.ZIP, _LEAVE: TreatmentWords.LEAVE}


class RefusedDialog(PlainDialog):
    """Asks once for all photos and once for all other files; only what there is."""

    def __init__(self, theme: Theme, parent: QWidget, *, photos: bool, others: bool) -> None:
        super().__init__(TreatmentWords.TITLE, theme, parent)
        self.photos = self.choices(_FOR_PHOTOS) if photos else {}
        self.others = self.choices(_FOR_OTHERS) if others else {}
        self.widen(_WIDTH)
        self.remember = _check_box(theme)
        self.apply = self.button(TreatmentWords.APPLY, "primary")
        self.cancel = self.button(Words.CANCEL, "plain")
        self.add_title(TreatmentWords.TITLE)
        self.add_sentence(TreatmentWords.EXPLANATION)
        for caption, choices in ((TreatmentWords.PHOTOS, self.photos), (TreatmentWords.OTHERS, self.others)):
            if choices:
                next(iter(choices.values())).setChecked(True)
                self.add_field(caption, row_of(choices.values()))
        self.say(self.remember.setText, TreatmentWords.REMEMBER)
        self.column.addSpacing(8)
        self.column.addWidget(self.remember)
        self.add_buttons(self.cancel, self.apply)
        self.apply.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)

    @property
    def answers(self) -> dict[str, str]:
        """Give what was chosen, by the names of the settings."""
        asked = {"refused_pictures": self.photos, "refused_others": self.others}
        return {setting: str(chosen(choices)) for setting, choices in asked.items() if choices}


class RefusedDesk(QObject):
    """Opens the dialog and does what it says. `remembered` carries settings to be kept, by name."""

    remembered = Signal(object)

    def __init__(self, model: UploadModel, engine: Engine, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._engine = engine
        self._theme = theme
        self._parent = parent

    def open(self) -> RefusedDialog | None:
        """Ask about every refused file that something can be done for; None where there is none."""
        photos, others = self._refused()
        if not photos and not others:
            return None
        dialog = RefusedDialog(self._theme, self._parent, photos=bool(photos), others=bool(others))
        dialog.accepted.connect(lambda: self._do(dialog))
        dialog.open()
        return dialog

    def _do(self, dialog: RefusedDialog) -> None:
        """What is refused by now counts, not what was when the dialog opened."""
        for choice, uploads in zip(_choices(dialog.answers), self._refused(), strict=True):
            if choice in set(Treatment) and uploads:
                self._engine.treat([upload.upload_id for upload in uploads], Treatment(choice))
        if dialog.remember.isChecked():
            self.remembered.emit(dialog.answers)

    def _refused(self) -> tuple[Sequence[UploadSnapshot], Sequence[UploadSnapshot]]:
        uploads = [self._model.snapshot(row) for row in range(self._model.rowCount())]
        some = [(upload, offered(upload)) for upload in uploads]
        photos = [upload for upload, treatments in some if Treatment.CONVERT in treatments]
        return photos, [upload for upload, treatments in some if treatments == (Treatment.ZIP,)]


def _check_box(theme: Theme) -> QCheckBox:
    """Its frame is drawn darker than the palette's window: in the dark that would not be seen."""
    box = QCheckBox()
    box.setFont(theme.font(13))
    palette = box.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(theme.colors.muted))
    box.setPalette(palette)
    return box


def _choices(answers: dict[str, str]) -> tuple[str, str]:
    return answers.get("refused_pictures", _LEAVE), answers.get("refused_others", _LEAVE)
