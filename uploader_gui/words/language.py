"""The language of the program: the one chosen, else the system's; French where that begins with fr, else English.

Qt's own sentences (buttons of file dialogs) and the form of numbers and dates follow. Without Qt's libraries everything
stays English (`translation.py`).
"""

from __future__ import annotations

import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from uploader_gui.paths import find_resource

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

log = logging.getLogger(__name__)

LanguageChoice = Literal["system", "fr", "en"]
"""The values of the setting `language`."""
ThemeChoice = Literal["system", "light", "dark"]
"""The values of the setting `theme`."""
SYSTEM: Final = "system"
FRENCH: Final = "fr"
ENGLISH: Final = "en"


class Language:
    """Changes the language of one Qt application at any time; open windows get a LanguageChange event."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._language = ENGLISH
        self._translators: list[QTranslator] = []

    def use(self, chosen: str) -> None:
        """Use a value of the setting `language` from now on."""
        from PySide6.QtCore import QLocale  # noqa: PLC0415 - headless works where Qt cannot be loaded

        spoken = system_language() if chosen == SYSTEM else chosen
        QLocale.setDefault(_locale(spoken))
        if spoken == self._language:
            return
        self._language = spoken
        self._remove_translators()
        if spoken != ENGLISH:
            self._install(spoken)

    def _install(self, spoken: str) -> None:
        from PySide6.QtCore import QTranslator  # noqa: PLC0415 - as above

        for path in _files(spoken):  # ours comes last: Qt asks the newest first
            translator = QTranslator(self._application)
            if translator.load(str(path)) and self._application.installTranslator(translator):
                self._translators.append(translator)
            else:
                log.warning("the translation %s cannot be used", path.name)

    def _remove_translators(self) -> None:
        for translator in self._translators:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        self._translators.clear()


def speak_in_terminal(chosen: str) -> QCoreApplication | None:
    """Use a language without a window, for as long as the caller keeps what is returned."""
    if _surely_english(chosen):
        return None
    try:
        from PySide6.QtCore import QCoreApplication, QLocale  # noqa: PLC0415 - a bare server lacks a library that Qt needs
    except ImportError:
        return None
    spoken = system_language() if chosen == SYSTEM else chosen
    if spoken == ENGLISH:  # sentences are English as they are; no Qt application has to be there
        QLocale.setDefault(_locale(spoken))
        return None
    application = QCoreApplication.instance() or QCoreApplication([])
    Language(application).use(chosen)
    return application


def _surely_english(chosen: str) -> bool:
    """Return whether sentences and numbers are the program's own English, so that Qt need not be loaded to know.

    Only where the environment alone says what the system speaks (POSIX, "Internationalization Variables").
    """
    if sys.platform in {"win32", "darwin"} or chosen == FRENCH:
        return False
    told = [os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_NUMERIC", "LANG")]
    return all(re.match(r"(en_(US|GB)|C|POSIX)?(\.|@|:|$)", one) for one in told)


def early_choice(settings: Path) -> str:
    """Return the setting `language` before settings are loaded: pydantic costs more than the window's first paint.

    Environment over file over default, as `settings.py` does, which also reports what is wrong there.
    """
    return _early(settings, "language", get_args(LanguageChoice))


def early_theme(settings: Path) -> str:
    """Return the setting `theme` before settings are loaded: a window must not come up light and turn dark."""
    return _early(settings, "theme", get_args(ThemeChoice))


def system_language() -> str:
    """Return the language of the system's own windows, as far as this program speaks it."""
    from PySide6.QtCore import QLocale  # noqa: PLC0415 - as above

    wanted = QLocale.system().uiLanguages()
    return FRENCH if wanted and wanted[0].lower().startswith("fr") else ENGLISH


def _locale(spoken: str) -> QLocale:
    """Return the system's forms of numbers and dates where they belong to the language, else the language's own."""
    from PySide6.QtCore import QLocale  # noqa: PLC0415 - as above

    language, country = {
        FRENCH: (QLocale.Language.French, QLocale.Country.France),
        ENGLISH: (QLocale.Language.English, QLocale.Country.UnitedKingdom),
    }[spoken]
    system = QLocale.system()
    return system if system.language() == language else QLocale(language, country)


def _files(spoken: str) -> list[Path]:
    """Return the translation files: Qt's own, if Qt has one, then ours."""
    from PySide6.QtCore import QLibraryInfo  # noqa: PLC0415 - as above

    qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / f"qtbase_{spoken}.qm"
    ours = find_resource(f"translations/uploader_{spoken}.qm")
    return [qt, ours] if qt.exists() else [ours]


def _early(settings: Path, name: str, choices: tuple[str, ...]) -> str:
    for chosen in (os.environ.get(f"UPLOADER_{name.upper()}"), _saved(settings, name)):
        if chosen:
            return chosen if chosen in choices else SYSTEM
    return SYSTEM


def _saved(settings: Path, name: str) -> str:
    if not settings.is_file():
        return ""
    import json  # noqa: PLC0415 - seldom needed: faster without

    try:
        saved = json.loads(settings.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return ""
    chosen = saved.get(name) if isinstance(saved, dict) else ""
    return chosen if isinstance(chosen, str) else ""
