"""The question what to do about files of refused types: photos to JPEG, others into a ZIP, and whether always."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uploader_gui.engine.models import Treatment
from uploader_gui.engine.options import offered_treatments
from uploader_gui.gui.dialogs.form import PlainDialog, check_box
from uploader_gui.i18n import N_, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.dialogs.form import Choice
    from uploader_gui.gui.main_window import MainWindow
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
_PHOTOS: Final = "refused_pictures"
_OTHERS: Final = "refused_others"


class RefusedDialog(PlainDialog):
    """Asks once for all photos and once for all other files; leaves out the kind that has none."""

    guide_page = "refused-files"

    def __init__(self, theme: Theme, window: MainWindow, engine: Bridge) -> None:
        super().__init__(N_("Files the register does not accept"), theme, window)
        self._window = window
        self._model = window.model
        self._engine = engine
        self.asked: dict[str, Choice] = {}
        """What is asked, by the names of the settings."""
        self.widen(_WIDTH)
        self.remember = check_box(theme)
        self.apply = self.text_button(N_("Apply"), "primary")
        self.cancel = self.text_button(N_("Cancel"), "plain")
        self.add_title(N_("Files the register does not accept"))
        self.add_sentence(
            N_(
                "A photo as JPEG keeps its date, place and colours. A ZIP holds the file exactly as it is. "
                "Your own files stay where they are, unchanged."
            )
        )
        self._ask(_PHOTOS, N_("Photos the register refuses (HEIC, WebP, TIFF, BMP)"), _FOR_PHOTOS)
        self._ask(_OTHERS, N_("Other files it refuses (videos, PowerPoint…)"), _FOR_OTHERS)
        self.translate(self.remember.setText, N_("Always do this"))
        self.column.addSpacing(8)
        self.column.addWidget(self.remember)
        self.add_buttons(self.help_button(), self.cancel, self.apply)
        self.apply.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.accepted.connect(self._apply)

    def _ask(self, setting: str, caption: str, words: Mapping[str, str]) -> None:
        if count := len(refused_uploads(self._model)[setting]):
            self.asked[setting] = self.choice(words, next(iter(words)))
            self.add_field(
                caption, self.asked[setting], more=lambda: " · " + ngettext("{count} file", "{count} files", count)
            )

    @property
    def answers(self) -> dict[str, str]:
        """The choices, by the names of the settings."""
        return {setting: str(choice.value) for setting, choice in self.asked.items()}

    def _apply(self) -> None:
        """Apply the answers to what is refused now, not to what was when the dialog opened."""
        uploads = refused_uploads(self._model)
        for setting, answer in self.answers.items():
            if answer != _LEAVE and uploads[setting]:
                self._engine.treat([upload.upload_id for upload in uploads[setting]], Treatment(answer))
        if self.remember.isChecked():
            self._window.choices_remembered.emit(self.answers)


def refused_uploads(model: UploadModel) -> dict[str, Sequence[UploadSnapshot]]:
    """Return the refused photos and other files that can be converted, by the names of the settings."""
    some = [(upload, offered_treatments(upload)) for upload in model.snapshots]
    return {
        _PHOTOS: [upload for upload, treatments in some if Treatment.CONVERT in treatments],
        _OTHERS: [upload for upload, treatments in some if treatments == (Treatment.ZIP,)],
    }
