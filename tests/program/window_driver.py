"""Runs the program with its window, and does in it what the test says on standard input: one line of JSON, one answer.

Started by `driven.py` in a process of its own. Nothing of the program is replaced: a thread reads, Qt's thread acts.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from uploader_gui.__main__ import main
from uploader_gui.gui.dialogs.guide_window import GuideWindow
from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog
from uploader_gui.gui.main_window import MainWindow


def window() -> MainWindow:
    (found,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
    return found


def question() -> LeaveDialog | None:
    return next((one for one in window().findChildren(LeaveDialog) if one.isVisible()), None)


def answer(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def rows(figures: dict[str, int]) -> None:
    """Answer with every row's state once the list's figures are these, and all is over where nothing is unfinished."""
    model, unsent = window().model, window().unsent
    now = model.counts()
    over = now.unfinished > 0 or not (unsent.searching or unsent.goes_on)
    if over and all(getattr(now, name) == count for name, count in figures.items()):
        listed = [model.snapshot(row) for row in range(model.rowCount())]
        answer({one.source.name: one.state.value for one in listed})
    else:
        QTimer.singleShot(10, lambda: rows(figures))


def report(path: str) -> None:
    window().dialogs.help()
    (guide,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, GuideWindow)]
    guide.show_news("")
    guide.report_wanted.emit(Path(path), False)
    answer_news(guide)


def answer_news(guide: GuideWindow) -> None:
    if Path(guide.news.text().rpartition(" in ")[2]).is_absolute() or "could not" in guide.news.text():
        answer(guide.news.text())
    else:
        QTimer.singleShot(20, lambda: answer_news(guide))


def close(_: Any) -> None:
    window().close()
    asked = question()
    answer(asked and asked.question.text())


def press(name: str) -> None:
    asked = question()
    assert asked is not None
    answer(True)
    getattr(asked, name).click()


def until_kept(_: Any) -> None:
    if window().add_files.kept is not None:
        answer(True)
    else:
        window().add_files.kept_changed.connect(lambda _: answer(True))


def type_number(text: str) -> None:
    """As a person who begins to type as soon as the window stands."""
    window().header.field.insert(text)
    answer(True)


def until_number(text: str) -> None:
    if window().header.field.text() == text:
        answer(True)
    else:
        QTimer.singleShot(10, lambda: until_number(text))


def until_given(_: Any) -> None:
    """Answer once the files this start was given are somewhere: how many wait for a number, and how many are listed."""
    kept, listed = window().add_files.kept, window().model.rowCount()
    if kept is None and not (listed or window().add_files.unanswered):
        QTimer.singleShot(10, lambda: until_given(None))
    else:
        answer([0 if kept is None else kept.files, listed])


def until_told(words: str) -> None:
    if words in window().banner.text.text():
        answer(True)
    else:
        QTimer.singleShot(10, lambda: until_told(words))


def add(path: str) -> None:
    """As a person who drops it."""
    window().add_files.add([Path(path)])
    answer(True)


def consequences(_: Any) -> None:
    """Answer with what the open question says closing would do."""
    asked = question()
    answer(asked and asked.stop_more.text())


def finish(_: Any) -> None:
    answer(window().body.finish.text.text())


def save_settings(others: dict[str, Any]) -> None:
    from uploader_gui.gui.dialogs.settings_dialog import SettingsDialog  # noqa: PLC0415 - loads pydantic, which may be slow

    QTest.mouseClick(window().header.settings, Qt.MouseButton.LeftButton)
    dialog = window().findChildren(SettingsDialog)[-1]
    window().settings_saved.emit(dialog.values.model_copy(update=others))
    dialog.reject()
    answer(True)


def hint(_: Any) -> None:
    answer(window().header.hint.text())


def end_session(_: Any) -> None:
    """As the system does it."""
    application = QCoreApplication.instance()
    assert application is not None
    answer(window().isVisible())
    QCoreApplication.sendEvent(application, QEvent(QEvent.Type.Quit))


def until_gone() -> None:
    if any(one.isVisible() for one in QApplication.topLevelWidgets()):
        QTimer.singleShot(10, until_gone)
    else:
        answer(True)


_ALL: tuple[Callable[[Any], None], ...] = (
    *(rows, report, close, press, hint, end_session, add, consequences, finish),
    *(type_number, until_number, until_kept, until_given, until_told, save_settings),
)
DEEDS = {one.__name__: one for one in _ALL}


def act(name: str, argument: Any) -> None:
    """Do it, in Qt's thread, as soon as the window stands."""
    if name == "until_gone":
        until_gone()
    elif any(isinstance(one, MainWindow) and one.isVisible() for one in QApplication.topLevelWidgets()):
        DEEDS[name](argument)
    else:
        QTimer.singleShot(10, lambda: act(name, argument))


def application_made() -> QCoreApplication:
    """Wait for it; nothing tells of its making."""
    moment = threading.Event()
    while (made := QCoreApplication.instance()) is None:
        moment.wait(0.01)
    return made


def read() -> None:
    application = application_made()
    for line in sys.stdin:
        name, argument = json.loads(line)
        QTimer.singleShot(0, application, lambda n=name, a=argument: act(n, a))


class Slow:
    """A machine on which loading this module takes some seconds."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == os.environ.get("SLOW_MODULE"):
            threading.Event().wait(float(os.environ["SLOW_SECONDS"]))


sys.meta_path.insert(0, Slow())
threading.Thread(target=read, daemon=True).start()
sys.exit(main())
