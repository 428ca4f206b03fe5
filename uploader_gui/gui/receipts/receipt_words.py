"""The values of a receipt as texts in the current language: results, reasons, times, sums."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QLocale

from uploader_gui.engine.receipt_csv import TableForm
from uploader_gui.gui.upload_list.row_text import is_known, type_name_of
from uploader_gui.words import units
from uploader_gui.words.deposits import ReceiptCounts, ReceiptWords
from uploader_gui.words.remedies import cause_and_action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.receipt import ReceiptFile

_W = ReceiptWords
RESULTS: Final = {
    "uploaded": _W.UPLOADED,
    "skipped": _W.SKIPPED,
    "failed": _W.FAILED,
    "refused": _W.REFUSED,
    "cancelled": _W.CANCELLED,
    "pending": _W.PENDING,
}
_SUMS: Final = {
    "uploaded": ReceiptCounts.UPLOADED,
    "skipped": ReceiptCounts.SKIPPED,
    "failed": ReceiptCounts.FAILED,
    "refused": ReceiptCounts.REFUSED,
    "cancelled": ReceiptCounts.CANCELLED,
    "pending": ReceiptCounts.PENDING,
}
_TRIAL_RESULTS: Final = {"uploaded": _W.UPLOADED_TRIAL, "skipped": _W.SKIPPED_TRIAL}
_TRIAL_SUMS: Final = {"uploaded": ReceiptCounts.UPLOADED_TRIAL, "skipped": ReceiptCounts.SKIPPED_TRIAL}
_HEADINGS: Final = (
    _W.ANOMALY, _W.FILE, _W.SIZE_BYTES, _W.SIZE_MEGABYTES, _W.TYPE, "SHA-256",
    _W.NUMBER, "uploadId", _W.RESULT, _W.REASON, _W.UPLOADED_AT, _W.UPLOADED_AT_UTC,
    _W.TRIES, _W.TWICE, _W.PATH, _W.ORIGINAL_NAME, _W.ORIGINAL_SIZE, _W.ORIGINAL_HASH,
    _W.STATE_CODE, _W.REASON_CODE, _W.MESSAGE,
)  # fmt: skip


def result(file: ReceiptFile, *, trial: bool = False) -> str:
    """Return what became of a file, in words."""
    return _results(trial=trial)[file.state]


def why(file: ReceiptFile) -> str:
    """Return the reason of a file's state, "" where there is none or a person cancelled it."""
    if file.reason is None or file.state == "cancelled":
        return ""
    return cause_and_action(file.reason).cause


def size(file: ReceiptFile) -> str:
    """Return a file's size with its unit, "" where it is unknown."""
    return units.size(file.size) if _is_known(file) else ""


def kind(file: ReceiptFile) -> str:
    """Return the name of a file's type, "" where it is unknown."""
    return type_name_of(file.media_type, file.name) if _is_known(file) else ""


def sums(states: Mapping[str, int], uploaded: int, *, trial: bool = False) -> str:
    """Return how many files are in which state, `uploaded` being bytes: `40 uploaded (214 MB), 2 failed`."""
    sentences = _SUMS | (_TRIAL_SUMS if trial else {})
    parts = [sentence.text(states[state]) for state, sentence in sentences.items() if states.get(state)]
    if not trial and states.get("uploaded"):
        parts[0] = f"{parts[0]} ({units.size(uploaded)})"
    return ", ".join(parts)


def moment(seconds: float) -> str:
    """Return the local day and time to the second; `seconds` since 1970."""
    return f"{day(seconds)} {datetime.fromtimestamp(seconds).astimezone():%H:%M:%S}"


def day(seconds: float) -> str:
    """Return the local day of a time (seconds since 1970): `12/03/2025` in French, else `12 Mar 2025`."""
    local = datetime.fromtimestamp(seconds).astimezone().date()
    if QLocale().language() == QLocale.Language.French:
        return f"{local:%d/%m/%Y}"
    return QLocale().toString(QDate(local.year, local.month, local.day), "d MMM yyyy")


def day_and_time(seconds: float) -> str:
    """Return the local day and time to the minute; `seconds` since 1970."""
    return f"{day(seconds)} {datetime.fromtimestamp(seconds).astimezone():%H:%M}"


def table_form(*, trial: bool = False) -> TableForm:
    """Return the CSV's form in the current language: Excel splits at the language's list separator."""
    decimal_mark = QLocale().decimalPoint()
    headings = [_W.TRIAL_NUMBER if trial and heading is _W.NUMBER else heading for heading in _HEADINGS]
    return TableForm(
        delimiter=";" if decimal_mark == "," else ",",
        decimal_mark=decimal_mark,
        headings=[heading.text if isinstance(heading, ReceiptWords) else heading for heading in headings],
        results=_results(trial=trial),
        yes_no=(_W.YES.text, _W.NO.text),
        moment=moment,
        why=why,
        trial=_W.TRIAL_LINE.text if trial else "",
        server=_W.SERVER.text,
    )


def _results(*, trial: bool) -> dict[str, str]:
    return {state: word.text for state, word in (RESULTS | (_TRIAL_RESULTS if trial else {})).items()}


def _is_known(file: ReceiptFile) -> bool:
    return is_known(file.size, file.reason.code if file.reason else None)
