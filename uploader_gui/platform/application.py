"""The application object, its language, and what the desktop sends it: the end of the session, Quit, files to open."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QLibraryInfo,
    QLocale,
    QLoggingCategory,
    QObject,
    Qt,
    QTimer,
    QTranslator,
    QUrl,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from uploader_gui.anomaly_links import is_link
from uploader_gui.i18n import ENGLISH, FRENCH, _, language_in_use, use_language
from uploader_gui.platform.process import interrupt_check
from uploader_gui.platform.session_bus import has_session_bus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QMessageLogContext, QtMsgType

_THEME: Final = "QT_QPA_PLATFORMTHEME"
_PORTAL: Final = "dbus-1/services/org.freedesktop.portal.Desktop.service"
_DATA_FOLDERS: Final = "/usr/local/share:/usr/share"
"""The default of XDG_DATA_DIRS (XDG Base Directory Specification)."""


@contextmanager
def portal_as_theme() -> Iterator[None]:
    """Let an application made meanwhile use the desktop's file dialogs, and its dark or light, through the portal.

    Without it, Qt on Linux follows GNOME alone. A platform theme that a person chose stays, and programs started later
    do not inherit ours.
    """
    if not _has_portal() or _THEME in os.environ:
        yield
        return
    os.environ[_THEME] = "xdgdesktopportal"
    QLoggingCategory.setFilterRules("qt.qpa.services.warning=false")  # a program that is not installed has no portal ID
    try:
        yield
    finally:
        del os.environ[_THEME]


def _has_portal() -> bool:
    folders = (os.environ.get("XDG_DATA_DIRS") or _DATA_FOLDERS).split(":")
    return has_session_bus() and any(Path(folder, _PORTAL).is_file() for folder in folders)


@contextmanager
def _without_locale_warning() -> Iterator[None]:
    """Suppress Qt's warning that it uses UTF-8 though the locale does not (`LC_ALL=C`): nobody has to do anything.

    On Windows and macOS Qt gives no such warning, and its messages do not go to standard error.
    """
    if sys.platform in {"win32", "darwin"}:
        yield
        return

    def tell(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if not text.startswith("Detected locale") and sys.stderr is not None:
            sys.stderr.write(f"{text}\n")

    before = qInstallMessageHandler(tell)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


class Application(QApplication):
    """Emits `quit_wanted` at the end of the session on Linux and Windows; see `QuitRequests` for macOS.

    Qt would close the windows, and one that asks a question would hold up the log-off. An override of `event`, not an
    event filter, which would see every event of every widget.
    """

    quit_wanted = Signal()

    def __init__(self, arguments: list[str]) -> None:
        with _without_locale_warning():
            super().__init__(arguments)

    @classmethod
    def has_display(cls) -> bool:
        """Return whether a person can see what it shows."""
        return cls.instance() is not None and cls.platformName() not in {"offscreen", "minimal"}

    def event(self, event: QEvent) -> bool:
        """Handle Quit, and leave every other event to Qt."""
        if event.type() == QEvent.Type.Quit and sys.platform != "darwin":
            self.quit_wanted.emit()
            return True
        return super().event(event)


_LOOK_MS: Final = 200
"""How often Python runs while the box is open: only then does it hear of a signal."""


def show_until_closed(text: str) -> None:
    """Show a sentence in a box until a person closes it, the session ends, or a signal comes."""
    loop, box, timer = QEventLoop(), QMessageBox(), QTimer()
    was_interrupted = interrupt_check()

    def close_if_interrupted() -> None:
        if was_interrupted():
            loop.quit()

    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle(_("Anomaly files"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.finished.connect(loop.quit)
    if isinstance(application := QApplication.instance(), Application):
        application.quit_wanted.connect(loop.quit)
    timer.timeout.connect(close_if_interrupted)
    timer.start(_LOOK_MS)
    box.open()
    loop.exec()
    box.hide()


class QuitRequests(QObject):
    """Emits `wanted` for each Quit on macOS: from the menu, the Dock, or the end of the session."""

    wanted = Signal()

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle Quit, and leave every other event to Qt."""
        if event.type() != QEvent.Type.Quit or not isinstance(watched, QCoreApplication):
            return super().eventFilter(watched, event)
        event.ignore()
        self.wanted.emit()
        return True


class OpenedFiles(QObject):
    """Emits `opened(list[Path])` once for files opened together; macOS sends one event for each of them.

    `linked(str)`: a link was opened, of whatever content.
    """

    opened = Signal(object)
    linked = Signal(str)

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._paths: list[Path] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._emit)
        application.installEventFilter(self)

    def _emit(self) -> None:
        paths, self._paths = self._paths, []
        self.opened.emit(paths)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Collect file-open events, and leave every other event to Qt."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent):
            return super().eventFilter(watched, event)
        if is_link(event.url().toString()):
            self.linked.emit(event.url().toString(QUrl.ComponentFormattingOption.FullyEncoded))
        elif event.url().isLocalFile():
            self._paths.append(Path(event.url().toLocalFile()))
            self._timer.start()
        return True


_LOCALES: Final = {
    FRENCH: (QLocale.Language.French, QLocale.Country.France),
    ENGLISH: (QLocale.Language.English, QLocale.Country.UnitedKingdom),
}


class _QtWords(QTranslator):
    """Qt's own words. Its file dialog calls a folder "Folder" in every language but English too: see `translate`."""

    def translate(self, context: str, text: str, *more: Any) -> str | None:  # None: not found
        """Return a word in the language; the kinds of files where Qt had them before they moved to another class."""
        context = "QFileDialog" if context == "QAbstractFileIconProvider" else context
        return super().translate(context, text, *more) or None


class Language:
    """Changes the language at any time, Qt's own words and forms included; all widgets get a LanguageChange event."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._qt: QTranslator | None = None

    def use(self, chosen: str) -> None:
        """Use a value of the setting `language` from now on."""
        before = language_in_use()
        language = use_language(chosen)
        QLocale.setDefault(_locale(language))
        if language != before:
            self._use_in_qt(language)

    def _use_in_qt(self, language: str) -> None:
        """Replace Qt's own words (buttons of its dialogs), where Qt has them, and tell the widgets."""
        if self._qt is not None:
            self._application.removeTranslator(self._qt)
            self._qt.deleteLater()
        self._qt = _QtWords(self._application)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if language == ENGLISH or not self._qt.load(f"qtbase_{language}", folder):
            QCoreApplication.sendEvent(self._application, QEvent(QEvent.Type.LanguageChange))
        else:
            self._application.installTranslator(self._qt)  # sends the event


def _locale(language: str) -> QLocale:
    """Return the system's locale where it has this language, else the language's own: for dates, numbers and fields."""
    system = QLocale.system()
    own, country = _LOCALES[language]
    return system if system.language() == own else QLocale(own, country)
