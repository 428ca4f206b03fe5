"""Carries out what a person asks of rows: the engine's part and the desktop's. Called by the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from uploader_gui.gui.upload_list.row_actions import TREATMENTS, RowAction
from uploader_gui.gui.upload_list.row_text import whole_reason
from uploader_gui.text import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.engine_api import Engine


def carry_out(action: RowAction, uploads: Sequence[UploadSnapshot], engine: Engine) -> None:
    """Do it for all the rows; only the first one's folder is shown."""
    ids = [upload.upload_id for upload in uploads]
    match action:
        case RowAction.TRY_AGAIN:
            engine.retry(ids)
        case RowAction.SEND_AGAIN:
            engine.send_again(ids)
        case RowAction.CONVERT | RowAction.ZIP:
            engine.treat(ids, TREATMENTS[action])
        case RowAction.SEND_HERE:
            engine.send_here(ids)
        case RowAction.CANCEL:
            engine.cancel(ids)
        case RowAction.REMOVE:
            engine.remove(ids)
        case RowAction.SHOW_IN_FOLDER:
            from uploader_gui.gui.desktop import reveal  # noqa: PLC0415 - hardly ever needed

            reveal.show_in_folder(uploads[0].source.path)
        case RowAction.COPY_REASON:
            lines = [Words.BECAUSE.filled(upload.source.name, whole_reason(upload)) for upload in uploads]
            QGuiApplication.clipboard().setText("\n".join(lines))
