"""Adds dropped, pasted and chosen files to the anomaly shown at that moment, or keeps them until there is a number.

The whole window is a drop target. Drops are always copies, never moves.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS, AddOptions
from uploader_gui.gui.drop.drop_area import DropOverlay, listed, not_here
from uploader_gui.gui.drop.mime import NO_PROMISES, EntryCounts, decision_on, folders_among, picture_in, portal_key_in
from uploader_gui.gui.drop.offer import Decision, DropKind
from uploader_gui.gui.style.widgets import file_dialog
from uploader_gui.gui.window.window_memory import KeptPath
from uploader_gui.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QMimeData

    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.drop.fetcher import Fetcher
    from uploader_gui.gui.drop.mime import Promises
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme


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
        self._header = header = window.header
        self._kept: dict[Path, KeptPath] = {}
        self._unanswered = 0
        self._keep_next = False
        self.fetcher: Fetcher | None = None
        """Has the files that other programs are still giving."""
        self.promises: Callable[[], Promises] = lambda: NO_PROMISES
        self._entered = Decision(DropKind.NOTHING)
        self.overlay = DropOverlay(window, theme)
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
        half = [one for one in kept if one.options.origin is not None and not one.path.is_file()]
        if kept:
            self._keep([one for one in kept if one not in half])
        if half:
            self.explain_half_fetched([one.path.name for one in half])
            self.forgotten.emit([one.path for one in half])

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

    def paste(self) -> None:
        """Add what the clipboard holds."""
        mime = QGuiApplication.clipboard().mimeData()
        self._take(decision_on(mime), mime)

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

    def _take(self, decision: Decision, mime: QMimeData, *, dropped: bool = False) -> None:
        if decision.kind is DropKind.FILES:
            self.add(decision.paths)
            if decision.left_out:
                self._window.notices.explain(lambda: not_here(decision.left_out))
        elif decision.kind is DropKind.PICTURE:
            self._window.picture_given.emit(picture_in(mime, decision), self.anomaly_for_this())
        elif decision.kind in {DropKind.VIRTUAL, DropKind.PROMISED}:
            self.virtual_given.emit(decision, self.anomaly_for_this(), dropped)
        elif decision.kind is DropKind.PORTAL:
            self.portal_given.emit(portal_key_in(mime), self.anomaly_for_this())
        else:
            self.refuse(decision.kind)

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

    def _enter(self, event: QDragEnterEvent) -> None:
        """Accept even what holds no files: only then does Qt report the drop, and advice can be shown."""
        if event.source() is not None:
            event.ignore()  # text dragged within the window
            return
        self._accept_as_copy(event)
        self._entered = decision_on(event.mimeData(), self.promises())
        self.overlay.show_decision(self._entered, self._header.field.anomaly_id)

    def _accept_as_copy(self, event: QDragMoveEvent | QDropEvent) -> None:
        """Always copy: a move would let the file manager delete the originals."""
        event.setDropAction(Qt.DropAction.CopyAction)
        if event.dropAction() is Qt.DropAction.MoveAction:  # where no copy is offered, Qt answers with what is
            event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()

    def _drop(self, event: QDropEvent) -> None:
        self._accept_as_copy(event)
        decision = self._what_is_left(decision_on(event.mimeData(), self.promises()))
        self.overlay.hide()
        self._take(decision, event.mimeData(), dropped=True)

    def _what_is_left(self, decision: Decision) -> Decision:
        """Return what is done where the other program ended before its data were read: files on the disk stay there."""
        entered, self._entered = self._entered, Decision(DropKind.NOTHING)
        if decision.is_taken or not entered.is_taken:
            return decision
        return entered if any(map(os.path.lexists, entered.paths[:1])) else Decision(DropKind.GONE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the window's drag events."""
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif isinstance(event, QDropEvent) and event.source() is not None:  # moves are among them
            event.ignore()
        elif isinstance(event, QDragMoveEvent):
            self._accept_as_copy(event)
        elif event.type() == QEvent.Type.DragLeave:
            self.overlay.hide()
        elif isinstance(event, QDropEvent):
            self._drop(event)
        else:
            if event.type() == QEvent.Type.WinIdChange:
                self.native_window_changed.emit()
            return super().eventFilter(watched, event)
        return True
