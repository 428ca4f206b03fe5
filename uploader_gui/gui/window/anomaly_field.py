"""The field for the anomaly's number, what the register knows of that number, and the question where it is doubtful.

The field validates while typing, offers recent numbers and takes a pasted address. The register is asked after half a
second of rest (`NumberCheck`). Whatever it answers, or nothing, a person may go on. After Start a doubtful number waits
for five seconds (`HeldStart`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QCompleter, QLineEdit, QMessageBox

from uploader_gui.anomaly_links import anomaly_in
from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.engine.events import AnomalyLookedUp, Lookup
from uploader_gui.gui.style.widgets import TypedLine, one_shot, set_look
from uploader_gui.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.style.theme import Theme


class AnomalyField(TypedLine):
    """Holds a valid number or none. `page`: the operator's form of the address of an anomaly's page, "" for none."""

    anomaly_changed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._result: Lookup | None = None
        self.page = ""
        CalmCaret(self)
        self.setAcceptDrops(False)  # otherwise it would insert dropped files as text
        self._check = self.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        self._recent = QStringListModel(self)
        self._chooser = self.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        self._chooser.triggered.connect(self._show_recent)
        self._set_completer()
        self.offer([])
        self.textChanged.connect(self._validate)
        theme.changed.connect(self._follow_theme)
        self._follow_theme()
        self.retranslate()

    @property
    def anomaly_id(self) -> str:
        """The number without surrounding spaces, "" while it is not valid."""
        typed = self.text().strip()
        return typed if ANOMALY_ID.fullmatch(typed) else ""

    @property
    def fault(self) -> str:
        """The sentence about a text that is not a valid number, "" for a valid number or no text."""
        is_wrong = self.text().strip() and not self.anomaly_id
        return _("Use letters without accents, digits, - or _ (64 at most).") if is_wrong else ""

    @property
    def recent(self) -> list[str]:
        """The recent numbers that are offered."""
        return self._recent.stringList()

    def show_result(self, result: Lookup | None) -> None:
        """Show a green check mark where the register knows the number, none where it does not, else a grey one."""
        self._result = result
        self._check.setToolTip(self._description)
        self._check.setVisible(bool(self.anomaly_id) and result is not Lookup.UNKNOWN)
        self.setAccessibleDescription(self._description if self.text() else "")
        self._color_check()

    def offer(self, anomalies: Sequence[str]) -> None:
        """Offer these recent numbers while typing, and by the arrow or the Down key."""
        self._recent.setStringList(anomalies)
        self._chooser.setVisible(bool(anomalies))

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self.setPlaceholderText(_("Anomaly number, e.g. 4217"))
        self.setAccessibleName(_("Anomaly"))
        self._chooser.setToolTip(_("Anomalies used last"))
        self._validate()
        self._fit_width()

    def _set_completer(self) -> None:
        """Offer completions in a popup, never inline: evidence must not go to another anomaly."""
        completer = QCompleter(self._recent, self)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(8)
        self.setCompleter(completer)

    def _show_recent(self) -> None:
        self.completer().setCompletionPrefix("")
        self.completer().complete()

    def _validate(self) -> None:
        self.show_result(None)
        set_look(self, "valid", "false" if self.fault else "true")
        weight = QFont.Weight.DemiBold if self.text() else QFont.Weight.Normal
        self.setFont(self._theme.font(15 if self.text() else 14, weight))
        self.anomaly_changed.emit(self.anomaly_id)

    @property
    def _description(self) -> str:
        """What is known of the number."""
        if self._result is Lookup.UNKNOWN:
            return _("The register knows no anomaly {number}.", number=self.anomaly_id)
        known = self._result is Lookup.KNOWN
        return self.fault or (_("The register knows this anomaly.") if known else _("Valid format"))

    def _follow_theme(self) -> None:
        self._color_check()
        self._chooser.setIcon(self._theme.icons.icon("down", self._theme.colors.muted, 16))
        if (popup := self.completer().popup()) is not None:
            popup.setFont(self._theme.font(14))
        self._fit_width()

    def _color_check(self) -> None:
        color = self._theme.colors.ok if self._result is Lookup.KNOWN else self._theme.colors.muted
        self._check.setIcon(self._theme.icons.icon("check", color, 18))

    def paste_text(self) -> None:
        """Take the number alone out of an address or text that names one; paste any other text as it is."""
        text = QGuiApplication.clipboard().text()
        number = "" if ANOMALY_ID.fullmatch(text.strip()) else anomaly_in(text, self.page)
        if number:
            self.setText(number)
        else:
            super().paste_text()

    def _fit_width(self) -> None:
        """Make the field wide enough for its placeholder text beside the arrow."""
        words = QFontMetrics(self._theme.font(14)).horizontalAdvance(self.placeholderText())
        self.setFixedSize(max(self._theme.px(190), words + self._theme.px(64)), self._theme.px(37))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the recent numbers at Down."""
        if event.key() == Qt.Key.Key_Down and self._recent.rowCount():
            self._show_recent()
            return
        super().keyPressEvent(event)
        completer = self.completer()
        is_there = completer.completionCount() == 1 and completer.currentCompletion() == self.text()
        if is_there and (popup := completer.popup()) is not None:
            popup.hide()  # it offers what stands there already, and takes the mouse: a drag would not begin


CARET_REST_MS: Final = 3000
_INPUT_EVENTS: Final = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.InputMethod})


class CalmCaret(QObject):
    """Stops the caret of one field from blinking after three seconds without input: an idle window never wakes up.

    Other fields blink as the system wants it.
    """

    def __init__(self, field: QLineEdit, *, rest_ms: int = CARET_REST_MS) -> None:
        super().__init__(field)
        self._system_flash_ms = QApplication.cursorFlashTime()
        self._rest_timer = one_shot(self, rest_ms, lambda: QApplication.setCursorFlashTime(0))
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Blink on focus and input, and stop later; restore the system's setting when the focus leaves."""
        del watched
        if event.type() == QEvent.Type.FocusIn:  # the field was perhaps made while another one rested, with 0
            self._system_flash_ms = QApplication.cursorFlashTime() or self._system_flash_ms
        if event.type() == QEvent.Type.FocusIn or event.type() in _INPUT_EVENTS:
            self._blink()
            self._rest_timer.start()
        elif event.type() == QEvent.Type.FocusOut:
            self._blink()
            self._rest_timer.stop()
        return False

    def _blink(self) -> None:
        if QApplication.cursorFlashTime() != self._system_flash_ms:
            QApplication.setCursorFlashTime(self._system_flash_ms)


_NUMBER_REST_MS: Final = 500
HOLD_SECONDS: Final = 5


class NumberCheck(QObject):
    """Follows the field; `changed` is emitted when there is something else to show about its number."""

    changed = Signal()

    def __init__(self, field: AnomalyField, engine: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._field = field
        self._engine = engine
        self._signed_in = False
        self._engine_works = False
        self._asked = ""
        self._answers: dict[str, AnomalyLookedUp] = {}
        self._confirmed: set[str] = set()
        self._used: set[str] = set()
        self._started: set[str] = set()
        self._from_links: set[str] = set()
        self._rest = one_shot(self, _NUMBER_REST_MS, self._ask)
        field.anomaly_changed.connect(self._begin)
        field.editingFinished.connect(self._ask)

    @property
    def result(self) -> Lookup | None:
        """What the register says of the number shown, None while nothing is known."""
        return self._result_of(self._field.anomaly_id)

    @property
    def text(self) -> str:
        """The sentence beside the field, "" where there is nothing to say."""
        answer = self._answers.get(self._field.anomaly_id)
        if answer is None:
            return ""
        if answer.result is Lookup.KNOWN:
            return described(answer)
        if answer.result is Lookup.UNKNOWN:
            return _("The register knows no anomaly {number}.", number=answer.anomaly_id)
        return _("Could not be checked with the register.")

    @property
    def suggestion(self) -> str:
        """A number used lately that was probably meant, "" without one."""
        if self.result is Lookup.KNOWN:
            return ""
        number, recent = self._field.anomaly_id, self._field.recent
        if self.result is Lookup.UNKNOWN:  # a slip, perhaps, for which files were dropped once
            recent = [one for one in recent if one != number]
        return similar(number, recent)

    def signed_in(self, signed_in: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Ask the register from now on, with these tokens, or no longer."""
        self._signed_in = signed_in
        self.check_again()

    def check_again(self) -> None:
        """Ask once more about what could not be checked: the register may answer now."""
        self._forget_unchecked()
        self._rest.start()

    def engine_works(self) -> None:
        """Ask from now on: the engine runs, and the list is there. A start that was interrupted asks nobody."""
        if not self._engine_works:
            self._engine_works = True
            self._rest.start()

    def handle(self, answer: AnomalyLookedUp) -> None:
        """Keep what the register says."""
        self._answers[answer.anomaly_id] = answer
        if answer.anomaly_id == self._asked:
            self._asked = ""
        self.changed.emit()

    def ask_again(self) -> None:
        """Ask again if no answer came: the engine looks up one number at a time, and another check has used it."""
        self._asked = ""
        self._rest.start()

    def asks_for(self, number: str) -> bool:
        """Return whether the register does not know this number, and nobody has confirmed it."""
        return self._result_of(number) is Lookup.UNKNOWN and number not in self._confirmed

    def forget_register(self) -> None:
        """Forget what was said and confirmed of numbers: another register has other anomalies under them."""
        self._answers.clear()
        self._confirmed.clear()
        self._started.clear()
        self._begin()

    def note_used(self, numbers: Iterable[str]) -> None:
        """Note that earlier windows used these numbers: they are not new."""
        self._used.update(numbers)

    def note_link(self, number: str) -> None:
        """Note that a link gave this number, so that its next start can be undone."""
        self._from_links.add(number)
        self._started.discard(number)

    def note_confirmed(self, numbers: Iterable[str]) -> None:
        """Note that a person wants these numbers, whatever the register says of them."""
        self._confirmed.update(numbers)

    def note_started(self, numbers: Iterable[str]) -> None:
        """Note that sending to these numbers began, and nobody undid it."""
        self._started.update(numbers)

    def is_doubtful(self, number: str) -> bool:
        """Return whether a start is held for it: it is new, from a link, or not known to the register."""
        is_known = self._result_of(number) is Lookup.KNOWN
        is_new = number not in self._used or number in self._from_links
        return number not in self._started and (is_new or not is_known)

    def confirm(self, numbers: Iterable[str], go_on: Callable[[], None], window: QWidget) -> QMessageBox | None:
        """Go on; where the register knows one of these numbers not to exist, ask first, once for each."""
        unknown = [number for number in dict.fromkeys(numbers) if self.asks_for(number)]
        if not unknown:
            go_on()
            return None
        question = QMessageBox(window)
        question.setIcon(QMessageBox.Icon.Warning)
        question.setWindowTitle(_("Send"))
        question.setText(_unknown(unknown))
        send = question.addButton(_("Send all the same"), QMessageBox.ButtonRole.AcceptRole)
        question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
        send.clicked.connect(lambda: self.note_confirmed(unknown))
        send.clicked.connect(go_on)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()
        return question

    def _result_of(self, number: str) -> Lookup | None:
        answer = self._answers.get(number)
        return None if answer is None else answer.result

    def _begin(self) -> None:
        """Look the number up once nobody has typed for a moment; ignore the answers to earlier lookups."""
        if self._asked:
            self._asked = ""
            self._engine.look_up("")
        self._forget_unchecked()
        self._rest.start()
        self.changed.emit()

    def _ask(self) -> None:
        self._rest.stop()
        number = self._field.anomaly_id
        may_ask = self._signed_in and self._engine_works
        if may_ask and number and number not in self._answers and number != self._asked:
            self._asked = number
            self._engine.look_up(number)

    def _forget_unchecked(self) -> None:
        """Forget the numbers that could not be checked: they are asked about again when they are shown."""
        self._answers = {
            number: answer for number, answer in self._answers.items() if answer.result is not Lookup.UNCHECKED
        }


class HeldStart(QObject):
    """The seconds after Start in which nothing is registered yet, and Start can be undone.

    `changed`: it began or ended, or a second has passed. `over(list[str])`: nobody undid it, for these numbers.
    `seconds`: how long it takes; 0 for not at all.
    """

    changed = Signal()
    over = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.seconds = HOLD_SECONDS
        self.left = 0
        self._numbers: list[str] = []
        self._second = QTimer(self)
        self._second.setTimerType(Qt.TimerType.PreciseTimer)  # a coarse one may come too early
        self._second.setInterval(1000)
        self._second.timeout.connect(self._pass)

    def begin(self, numbers: Sequence[str]) -> None:
        """Hold the start of these numbers; where it is held already that goes on."""
        if self.left:
            return
        self._numbers, self.left = list(numbers), self.seconds
        if self.left:
            self._second.start()
            self.changed.emit()
        else:
            self.over.emit(self._numbers)

    def end(self) -> None:
        """End it without a start."""
        if self.left:
            self.left = 0
            self._second.stop()
            self.changed.emit()

    def _pass(self) -> None:
        if self.left > 1:
            self.left -= 1
            self.changed.emit()
        else:
            self.end()
            self.over.emit(self._numbers)


def described(answer: AnomalyLookedUp) -> str:
    """Return reference, title and site of an anomaly on one line."""
    title = " ".join(filter(None, [answer.ref if answer.ref != answer.anomaly_id else "", answer.title]))
    return " – ".join(filter(None, [title, answer.site])) or _("The register knows this anomaly.")


def _unknown(numbers: Sequence[str]) -> str:
    return ngettext(
        "The register knows no anomaly {numbers}. Files sent there may be lost to everyone.",
        "The register knows none of the anomalies {numbers}. Files sent there may be lost to everyone.",
        len(numbers),
        numbers=", ".join(numbers),
    )


def similar(number: str, recent: Sequence[str]) -> str:
    """Return the recent number that differs from a new one by one character or by two that are swapped, else ""."""
    if not number or number in recent:
        return ""
    return next((one for one in recent if _is_slip(number, one)), "")


def _is_slip(typed: str, meant: str) -> bool:
    if abs(len(typed) - len(meant)) > 1 or min(len(typed), len(meant)) < 2:  # noqa: PLR2004 - of "7" every digit is a slip
        return False
    begin = next((i for i, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), None)
    if begin is None:
        return len(typed) != len(meant)
    rest, other = typed[begin:], meant[begin:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]
