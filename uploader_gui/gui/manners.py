"""Everyday manners around the window: no sleep, progress on the taskbar, a word at the end, going on in the background.

Made by the composition root; decides what `real_desktop.py` shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from uploader_gui.engine import events
from uploader_gui.words.manners import CountedManners, MannersWords

if TYPE_CHECKING:
    from uploader_gui.gui.desktop.desktop_port import Desktop
    from uploader_gui.gui.engine_port import Engine
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.rows.figures import Figures

_NEED_A_PERSON: Final = frozenset({events.Condition.SIGN_IN, events.Condition.JOURNAL})
_STEPS: Final = 200
"""How finely progress is shown outside the window."""


class Manners(QObject):
    """`leave_wanted`: all is sent, and nobody has the window open."""

    leave_wanted = Signal()

    def __init__(self, window: MainWindow, engine: Engine, desktop: Desktop) -> None:
        super().__init__(window)
        self._window = window
        self._desktop = desktop
        self._status = events.QueueStatus(running=False)
        self._shown: tuple[int | None, int] = (None, 0)
        self._hidden = False
        self._being_read = QTimer(self, singleShot=True)
        self._being_read.timeout.connect(self._leave_unseen)
        window.installEventFilter(self)
        window.background_wanted.connect(self.go_to_background)
        window.model.figures_changed.connect(self._refresh)
        engine.event_arrived.connect(self._hear)

    def go_to_background(self) -> None:
        """Hide the window and go on sending."""
        self._hidden = True
        self._window.hide()
        self._refresh()
        self._desktop.notify(MannersWords.GOES_ON.text, MannersWords.GOES_ON_TEXT.text)

    def come_back(self) -> None:
        """Show the window, in front of the others, also where it was minimized."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def wake(self, state: Qt.ApplicationState) -> None:
        """Show a hidden window when a person turns to the program."""
        if self._hidden and state is Qt.ApplicationState.ApplicationActive:
            self.come_back()

    # What the engine tells

    def _hear(self, event: events.Event) -> None:
        match event:
            case events.QueueStatus():
                self._status = event
                self._refresh()
            case events.SignInRequired():
                self._need_person(MannersWords.NEEDS_SIGN_IN.text)
            case events.QueueIdle():
                self._end()

    def _refresh(self) -> None:
        figures = self._window.model.figures()
        busy = self._status.running and figures.unfinished > 0
        self._desktop.keep_awake(busy and not self._status.conditions & _NEED_A_PERSON)
        self._show_progress(figures, busy=busy)
        if self._hidden:
            self._desktop.show_icon(CountedManners.STILL_SENDING.text(figures.unfinished))

    def _show_progress(self, figures: Figures, *, busy: bool) -> None:
        """Only what can be seen to have changed goes out."""
        step = int(figures.fraction * _STEPS) if busy else None
        shown = step, figures.unfinished if busy else 0
        if shown != self._shown:
            self._shown = shown
            self._desktop.show_progress(None if step is None else step / _STEPS, shown[1])

    def _end(self) -> None:
        """Say once how it went to who looks elsewhere; a window nobody sees and nobody needs goes."""
        self._window.model.flush()
        figures = self._window.model.figures()
        if not figures.files:
            return
        if figures.failed or figures.refused:
            self._need_person(MannersWords.SOME_LEFT.text, _how_it_went(figures))
            return
        self._tell(MannersWords.ALL_SENT.text, _how_it_went(figures))
        if self._hidden:
            self._being_read.start(self._desktop.reading_ms)

    def _leave_unseen(self) -> None:
        """Nobody may have come back, or brought new files, while the last word could be read."""
        if self._hidden and not self._window.model.figures().unfinished:
            self.leave_wanted.emit()

    def _need_person(self, title: str, text: str = "") -> None:
        self._tell(title, text)
        if self._hidden:
            self.come_back()

    def _tell(self, title: str, text: str) -> None:
        if self._window.isVisible() and QApplication.activeWindow() is not None:  # a dialog of ours counts too
            return
        self._desktop.notify(title, text)
        QApplication.alert(self._window)

    # Qt asks

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that is shown is not in the background, whoever showed it."""
        if watched is self._window and event.type() == QEvent.Type.Show and self._hidden:
            self._hidden = False
            self._desktop.hide_icon()
        return super().eventFilter(watched, event)


def _how_it_went(figures: Figures) -> str:
    counts = (
        (CountedManners.SENT, figures.uploaded),
        (CountedManners.FAILED, figures.failed),
        (CountedManners.REFUSED, figures.refused),
    )
    return ", ".join(sentence.text(count) for sentence, count in counts if count)
