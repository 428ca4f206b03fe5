"""Adds dropped, pasted and chosen files to the anomaly shown at that moment, or keeps them until there is a number.

The whole window is a drop target. Drops are always copies, never moves.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS, AddOptions
from uploader_gui.gui.style.widgets import file_dialog
from uploader_gui.gui.window.window_memory import KeptPath
from uploader_gui.i18n import NN_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.drop.drop_target import DropTarget
    from uploader_gui.gui.drop.fetcher import Fetcher
    from uploader_gui.gui.drop.mime import Promises
    from uploader_gui.gui.drop.offer import DropKind
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme

_FOLDER_CHECK_SECONDS: Final = 0.05
"""Time a drag may spend on asking the disk which paths are folders: a slow share must not block the window."""


class AddFiles(QObject):
    """Takes files and hands them to the engine.

    Signals:
        kept_changed(list[KeptPath]): all paths that wait for a number now.
        forgotten(list[Path]): paths that waited for a number, and are not to be added.
        virtual_given(Decision, str, bool): virtual files to fetch, for the anomaly shown; whether they were dropped.
        portal_given(str, str): the portal's key for files of a sandboxed program, for the anomaly shown.
        native_window_changed: the system knows the window by another number from now on.

    `promises` returns what the present drag promises beside what Qt tells of, on macOS.
    """

    kept_changed = Signal(object)
    forgotten = Signal(object)
    virtual_given = Signal(object, str, bool)
    portal_given = Signal(str, str)
    native_window_changed = Signal()

    def __init__(self, window: MainWindow, engine: Bridge, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._engine = engine
        self._theme = theme
        self._header = header = window.header
        self._kept: dict[Path, KeptPath] = {}
        self._unanswered = 0
        self._keep_next = False
        self.fetcher: Fetcher | None = None
        """Has the files that other programs are still giving."""
        self.promises: Callable[[], Promises] = lambda: ((), 0)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        header.field.returnPressed.connect(self.add_kept)
        header.add_kept.clicked.connect(self.add_kept)
        header.forget_kept.clicked.connect(self.forget_kept)

    @property
    def kept(self) -> EntryCounts | None:
        """Count of files and folders that wait for a number, None where there are none."""
        return EntryCounts.of(one.is_folder for one in self._kept.values()) if self._kept else None

    def add(self, paths: Sequence[Path], options: AddOptions = DEFAULT_ADD_OPTIONS) -> None:
        """Add files and folders to the anomaly shown, or keep them until there is one and nobody has to confirm it."""
        self.add_for(self.anomaly_for_this(), paths, options)

    def anomaly_for_this(self) -> str:
        """Return the anomaly shown, or "" if none is or it is to be confirmed for what comes now."""
        keep, self._keep_next = self._keep_next, False
        number = self._header.field.anomaly_id
        return "" if keep or self._window.commands.asks_first(number) else number

    def keep_next(self) -> None:
        """Keep what comes next until a person confirms the number shown."""
        self._keep_next = True

    def add_to(
        self,
        anomaly_id: str,
        paths: Sequence[Path],
        options: AddOptions = DEFAULT_ADD_OPTIONS,
        recorded: Callable[[], None] = lambda: None,
    ) -> None:
        """Add files and folders to this anomaly, whichever is shown; `recorded` is called once they are journalled."""
        self._window.body.undo.appear(False)  # now, not with PathsAdded: what is removed during a search stays offered
        if self.fetcher is not None:
            paths = self.fetcher.claim(paths, anomaly_id, options)
        if paths:
            self._unanswered += 1
            self._engine.add_paths(paths, anomaly_id, options, recorded)
        self._window.anomaly_used.emit(anomaly_id)

    @property
    def unanswered(self) -> bool:
        """Whether the engine has not finished looking at some files it was given."""
        return self._unanswered > 0 or (self.fetcher is not None and self.fetcher.lists_more)

    def paths_added(self) -> None:
        """Note that the engine has looked at all files of one `add_to`: it tells so once for each, in any order."""
        self._unanswered = max(0, self._unanswered - 1)

    def keep(self, paths: Sequence[Path], options: AddOptions = DEFAULT_ADD_OPTIONS) -> None:
        """Keep files and folders until a person confirms their anomaly."""
        folders = folders_among(paths)
        self._keep([KeptPath(path, path in folders, options) for path in paths])
        self._header.field.setFocus()

    def restore(self, kept: Sequence[KeptPath]) -> None:
        """Keep the paths that waited for a number when the last window was closed."""
        if kept:
            self._keep(kept)

    def forget_half_fetched(self) -> None:
        """Drop the restored files that were not fetched to the end, and name them; once others hear of it."""
        half = [path for path, one in self._kept.items() if one.options.origin is not None and not path.is_file()]
        if half:
            self.explain_half_fetched([path.name for path in half])
            self.let_go(half)

    def forget_kept(self) -> None:
        """Drop the kept paths; the files themselves stay where they are."""
        self.let_go(list(self._kept))

    def _keep(self, kept: Sequence[KeptPath]) -> None:
        self._set_kept(self._kept | {one.path: one for one in kept})

    def _set_kept(self, kept: dict[Path, KeptPath]) -> None:
        self._kept = kept
        self._header.show_kept(self.kept)
        self.kept_changed.emit(list(kept.values()))

    def add_kept(self) -> None:
        """Add the kept paths to the anomaly shown, if there is one."""
        anomaly_id = self._header.field.anomaly_id
        if not self._kept or not anomaly_id:
            return
        self._keep_next = False  # this is the confirmation
        self._window.number.note_confirmed([anomaly_id])
        kept = list(self._kept.values())
        for options in dict.fromkeys(one.options for one in kept):
            self.add_for(anomaly_id, [one.path for one in kept if one.options == options], options)
        self._set_kept({})  # only now that the engine has them

    def add_for(self, anomaly_id: str, paths: Sequence[Path], options: AddOptions) -> None:
        """Add files to the anomaly that was shown when they were given, or keep them where none was."""
        if anomaly_id:
            self.add_to(anomaly_id, paths, replace(options, start=self._window.commands.goes_at_once(anomaly_id)))
        else:
            self.keep(paths, options)

    def let_go(self, paths: Sequence[Path]) -> None:
        """Keep these no longer."""
        self.forgotten.emit(list(paths))
        gone = set(paths)
        self._set_kept({path: kept for path, kept in self._kept.items() if path not in gone})

    def refuse(self, kind: DropKind) -> None:
        """Show what to do about an offer that holds no files."""
        self._window.notices.explain(lambda: kind.advice)

    def explain_half_fetched(self, names: Sequence[str]) -> None:
        """Show which files were not fetched to the end, by name."""
        self._window.notices.explain(
            lambda: ngettext(
                "{count} file was not fetched to the end: {names}. Drop it again.",
                "{count} files were not fetched to the end: {names}. Drop them again.",
                len(names),
                names=listed(names),
            )
        )

    def choose_files(self) -> QFileDialog:
        """Ask for files in the system's dialog, and add them."""
        return self._choose(_("Add files…"), QFileDialog.FileMode.ExistingFiles)

    def choose_folder(self) -> QFileDialog:
        """Ask for a folder in the system's dialog, and add it."""
        return self._choose(_("Add folder…"), QFileDialog.FileMode.Directory)

    def _choose(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = file_dialog(self._window, title)
        dialog.setFileMode(mode)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, mode is QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(lambda names: self.add([Path(name) for name in names]))
        dialog.open()
        return dialog

    # Drops

    @cached_property
    def target(self) -> DropTarget:
        """What takes drops and pastes, loaded with the first of them."""
        from uploader_gui.gui.drop.drop_target import DropTarget  # noqa: PLC0415 - see above

        return DropTarget(self, self._window, self._theme)

    def paste(self) -> None:
        """Add what the clipboard holds."""
        self.target.paste()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the window's drag events."""
        if isinstance(event, QDropEvent | QDragLeaveEvent):
            self.target.handle(event)
            return True
        if event.type() == QEvent.Type.WinIdChange:
            self.native_window_changed.emit()
        return super().eventFilter(watched, event)


def listed(names: Sequence[str]) -> str:
    """Return the first names, as many as fill a line."""
    return ", ".join([*names[:3], *(["…"] if len(names) > 3 else [])])  # noqa: PLR2004 - see above


_Counted = tuple[str, str]


class EntryCounts(NamedTuple):
    """How many files and folders are offered or kept."""

    files: int
    folders: int

    @classmethod
    def of(cls, are_folders: Iterable[bool]) -> EntryCounts:
        """Return the counts of paths, of each of which it is known whether it is a folder."""
        kinds = list(are_folders)
        return cls(files=len(kinds) - sum(kinds), folders=sum(kinds))

    @property
    def entries(self) -> int:
        """Files and folders together."""
        return self.files + self.folders

    def add_to(self, anomaly_id: str) -> str:
        """Return the sentence that says what letting go would do."""
        return ngettext(
            *self._of_kind(
                NN_("Add {count} file to anomaly {number}", "Add {count} files to anomaly {number}"),
                NN_("Add {count} folder to anomaly {number}", "Add {count} folders to anomaly {number}"),
                NN_(
                    "Add {count} file or folder to anomaly {number}",
                    "Add {count} files and folders to anomaly {number}",
                ),
            ),
            self.entries,
            number=anomaly_id,
        )

    def wait(self) -> str:
        """Return the sentence that says that they wait for a number."""
        return ngettext(
            *self._of_kind(
                NN_("{count} file waits for the number.", "{count} files wait for the number."),
                NN_("{count} folder waits for the number.", "{count} folders wait for the number."),
                NN_("{count} file or folder waits for the number.", "{count} files and folders wait for the number."),
            ),
            self.entries,
        )

    def _of_kind(self, files: _Counted, folders: _Counted, mixed: _Counted) -> _Counted:
        if self.files and self.folders:
            return mixed
        return folders if self.folders else files


def folders_among(paths: Sequence[Path]) -> set[Path]:
    """Return the paths that are folders; after 0.05 s without asking the disk: those without an extension."""
    until = time.monotonic() + _FOLDER_CHECK_SECONDS
    return {path for path in paths if (_is_folder(path) if time.monotonic() < until else not path.suffix)}


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where access is denied
