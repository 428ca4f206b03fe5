"""How files come in: dropped, pasted, chosen; kept while there is no number, explained where they are no files.

A part of the main window. What is added belongs to the anomaly shown at that moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from uploader_gui.engine.treatments import NO_WISHES, Wishes
from uploader_gui.gui.drop import DropTarget
from uploader_gui.gui.drops.dropped import counted
from uploader_gui.gui.drops.gift import Gift, files_in, gift_in, picture_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.engine_port import Engine
    from uploader_gui.gui.look.theme import Theme
    from uploader_gui.gui.window.header import Header


class TakingIn(QObject):
    """`anomaly_used(id)` got files; `picture_given(QImage)` is to become a file; `refused(Gift)` cannot be taken."""

    anomaly_used = Signal(str)
    picture_given = Signal(object)
    refused = Signal(object)

    def __init__(self, window: QWidget, engine: Engine, header: Header, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._engine = engine
        self._header = header
        self._kept: dict[Path, Wishes] = {}
        self.drop = DropTarget(window, theme, lambda: header.field.anomaly_id)
        self.drop.files_dropped.connect(self.add)
        self.drop.picture_dropped.connect(self.picture_given)
        self.drop.refused.connect(self.refused)
        header.field.paste_wanted.connect(self.paste)
        header.kept_wanted.connect(self.add_kept)

    def add(self, paths: Sequence[Path], wishes: Wishes = NO_WISHES) -> None:
        """Add files and folders to the anomaly shown, or keep them until there is one."""
        if anomaly_id := self._header.field.anomaly_id:
            self._engine.add_paths(paths, anomaly_id, wishes)
            self.anomaly_used.emit(anomaly_id)
            return
        self.keep(paths, wishes)

    def keep(self, paths: Sequence[Path], wishes: Wishes = NO_WISHES) -> None:
        """Keep files and folders until a person says which anomaly they are for."""
        self._kept |= dict.fromkeys(paths, wishes)
        self._header.show_kept(counted(list(self._kept)))
        self._header.field.setFocus()

    def add_kept(self) -> None:
        """Add what was kept, now that there is a number."""
        if not self._kept or not self._header.field.anomaly_id:
            return
        kept, self._kept = self._kept, {}
        self._header.show_kept(None)
        for wishes in dict.fromkeys(kept.values()):
            self.add([path for path, wanted in kept.items() if wanted == wishes], wishes)

    def paste(self) -> None:
        """Take what the clipboard holds."""
        mime = QGuiApplication.clipboard().mimeData()
        gift = gift_in(mime)
        if gift is Gift.FILES:
            self.add(files_in(mime))
        elif gift is Gift.PICTURE:
            self.picture_given.emit(picture_in(mime))
        else:
            self.refused.emit(gift)

    def choose_files(self) -> None:
        """Ask for files."""
        from uploader_gui.gui.drops import choosing  # noqa: PLC0415 - loaded when asked for

        choosing.choose_files(self._window, self.add)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        from uploader_gui.gui.drops import choosing  # noqa: PLC0415 - loaded when asked for

        choosing.choose_folder(self._window, self.add)
