"""Paints a row in each state where nobody sees it: fonts, pictures and Qt's classes are ready for the first ones.

Called by `program.py` once everything stands. The first painting of a list costs twice that of any later one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.engine.models import Source, UploadId, UploadSnapshot, UploadState
from uploader_gui.gui.upload_list.upload_filter import UploadFilter
from uploader_gui.gui.upload_list.upload_model import UploadModel
from uploader_gui.gui.upload_list.upload_view import UploadView

if TYPE_CHECKING:
    from PySide6.QtCore import QSize

    from uploader_gui.gui.style.theme import Theme


def warm_up(theme: Theme, size: QSize) -> None:
    """Make a list of that width with a row in each state, paint it, and let it go."""
    model = UploadModel()
    view = UploadView(model, UploadFilter(model, model), theme)
    model.setParent(view)
    nowhere = Path("warm-up.csv")
    source = Source(nowhere, nowhere, nowhere.name, "text/csv", 1, 0)
    states = (UploadSnapshot(UploadId(state), "1", source, 0, state) for state in UploadState)
    model.add(list(states))
    view.resize(size.width(), len(UploadState) * view.delegate.fonts.row_height)
    view.grab()
    view.deleteLater()
