"""All refused files at once: asks what is to be done about them, and has it done.

Opened from the footer's menu and the summary of a drop; the main window makes the desk, which asks the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from uploader_gui.engine.conversion_choices import offered
from uploader_gui.engine.models import Treatment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.engine_api import Engine
    from uploader_gui.gui.preflight.refused_dialog import RefusedDialog
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.upload_model import UploadModel


class RefusedController(QObject):
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
        from uploader_gui.gui.preflight.refused_dialog import RefusedDialog  # noqa: PLC0415 - loaded when asked for

        dialog = RefusedDialog(self._theme, self._parent, photos=len(photos), others=len(others))
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


def _choices(answers: dict[str, str]) -> tuple[str, str]:
    return answers.get("refused_pictures", ""), answers.get("refused_others", "")
