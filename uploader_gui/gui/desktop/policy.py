"""Everyday manners around the window: no sleep, progress on the taskbar, a word at the end, going on in the background.

Made by the composition root; decides what `real_desktop.py` shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from uploader_gui.engine import events
from uploader_gui.text import Words
from uploader_gui.words.manners import CountedManners, MannersWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.gui.desktop.desktop import Desktop
    from uploader_gui.gui.engine_api import Engine
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.upload_list.counts import ListCounts
    from uploader_gui.gui.window.leave_dialog import Unsent

_STEPS: Final = 200
"""How finely progress is shown outside the window."""


_GRACE_MS: Final = 2000
"""How long a hidden program waits to hear that all is done, once nothing is on its way any more."""


class DesktopPolicy(QObject):
    """`leave_wanted`: all is sent, and nobody has the window open.

    A hidden program always ends or comes back: it stays hidden only while sending goes on by itself. When that is
    over, the engine says that all is done, and it ends (or comes back where a file needs somebody); where the engine
    does not say so within a moment, it comes back.
    """

    leave_wanted = Signal()

    def __init__(self, window: MainWindow, engine: Engine, desktop: Desktop) -> None:
        super().__init__(window)
        self._window = window
        self._desktop = desktop
        self._shown: tuple[int | None, int] = (None, 0)
        self._hidden = False
        self._being_read = self._timer(self._leave_unseen)
        self._grace = self._timer(self._give_up_waiting)
        self._grace.setInterval(_GRACE_MS)
        window.installEventFilter(self)
        window.background_wanted.connect(self.go_to_background)
        window.model.figures_changed.connect(self._refresh)
        engine.event_arrived.connect(self._hear)

    def go_to_background(self) -> None:
        """Hide the window and go on sending. Where nothing is left to send, there is nothing to hide for."""
        unsent = self._window.unsent
        if not unsent.asks:
            self.leave_wanted.emit()
        if not unsent.goes_on:
            return
        self._hidden = True
        self._window.hide()
        self._refresh()
        self._notify(MannersWords.GOES_ON.text, MannersWords.GOES_ON_TEXT.text)

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
            case events.QueueStatus() | events.EngineFailed():
                self._window.model.flush()
                self._refresh()
            case events.SignInRequired():
                self._need_person(MannersWords.NEEDS_SIGN_IN.text)
            case events.QueueIdle():
                self._end()

    def _refresh(self) -> None:
        standing, figures = self._window.standing, self._window.model.figures()
        self._desktop.keep_awake(standing.goes_on)
        self._show_progress(figures, busy=standing.goes_on)
        if self._hidden:
            self._settle(figures)

    def _settle(self, figures: ListCounts) -> None:
        """Hidden, it goes on, or it comes back, or it waits a moment for the word that all is done, or to sign in."""
        if self._window.standing.goes_on:
            self._grace.stop()
            self._desktop.show_icon(self._about(CountedManners.STILL_SENDING.text(figures.unfinished)))
        elif not self._window.standing.wants_sign_in and (figures.unfinished or not self._window.standing.saved):
            self._need_person(MannersWords.SOME_LEFT.text)
        elif not (self._grace.isActive() or self._being_read.isActive()):
            self._grace.start()

    def _give_up_waiting(self) -> None:
        if self._hidden and not self._window.standing.goes_on:
            self.come_back()

    def _show_progress(self, figures: ListCounts, *, busy: bool) -> None:
        """Only what can be seen to have changed goes out."""
        step = int(figures.fraction * _STEPS) if busy else None
        shown = step, figures.unfinished if busy else 0
        if shown != self._shown:
            self._shown = shown
            self._desktop.show_progress(None if step is None else step / _STEPS, shown[1])

    def _end(self) -> None:
        """Say once how it went to who looks elsewhere; a window nobody sees and nobody needs goes."""
        unsent = self._window.unsent
        self._grace.stop()
        if unsent.asks:
            self._need_person(MannersWords.SOME_LEFT.text, _how_it_went(unsent))
            return
        if unsent.figures.files:
            self._tell(MannersWords.ALL_SENT.text, _how_it_went(unsent))
        if self._hidden:
            self._being_read.start(self._desktop.reading_ms)

    def _leave_unseen(self) -> None:
        """Nobody may have come back, or brought new files, while the last word could be read."""
        if not self._hidden:
            return
        if self._window.unsent.asks:
            self._refresh()
        else:
            self.leave_wanted.emit()

    def _need_person(self, title: str, text: str = "") -> None:
        self._tell(title, text)
        if self._hidden:
            self.come_back()

    def _tell(self, title: str, text: str) -> None:
        if self._window.isVisible() and QApplication.activeWindow() is not None:  # a dialog of ours counts too
            return
        self._notify(title, text)
        QApplication.alert(self._window)

    def _notify(self, title: str, text: str) -> None:
        """Of a trial nothing may be read as if a register had files."""
        if self._window.trial:
            self._desktop.notify(Words.TRIAL.text, text or title)
        else:
            self._desktop.notify(title, text)

    def _about(self, text: str) -> str:
        return f"{Words.TRIAL.text} · {text}" if self._window.trial else text

    def _timer(self, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(then)
        return timer

    # Qt asks

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that is shown is not in the background, whoever showed it."""
        if watched is self._window and event.type() == QEvent.Type.Show and self._hidden:
            self._hidden = False
            self._grace.stop()
            self._desktop.hide_icon()
        return super().eventFilter(watched, event)


def _how_it_went(unsent: Unsent) -> str:
    figures = unsent.figures
    counts = (
        (CountedManners.SENT_TRIAL if unsent.trial else CountedManners.SENT, figures.uploaded),
        (CountedManners.FAILED, figures.failed),
        (CountedManners.REFUSED, figures.refused),
    )
    told = [sentence.text(count) for sentence, count in counts if count]
    return ", ".join([*told, *([unsent.kept.wait()] if unsent.kept is not None else [])])
