"""A receipt as a table for Excel: one line per file, in the current language.

UTF-8 with a byte order mark and CRLF, or Excel takes it for something else. Names are data: a cell that a
spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale

from uploader_gui.engine.receipt import iso_time
from uploader_gui.gui.receipts import receipt_words
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from uploader_gui.engine.receipt import Receipt, ReceiptFile

_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_MEGABYTE: Final = 1_000_000
_NUMBER: Final = N_("Register number")
_HEADINGS: Final = (
    N_("Anomaly"), N_("File"), N_("Size (bytes)"), N_("Size (MB)"), N_("Type"), "SHA-256",
    _NUMBER, "uploadId", N_("Result"), N_("Reason"), N_("Uploaded at"), N_("Uploaded at (UTC)"),
    N_("Attempts"), N_("Perhaps registered twice"), N_("Place on this computer"), N_("Source"), N_("Made from"),
    N_("Size of the original (bytes)"), N_("SHA-256 of the original"),
    N_("State (code)"), N_("Reason (code)"), N_("Reason (English)"),
)  # fmt: skip
"""The last three columns hold the receipt's own words, in English whatever the language.

The source is set in place of the path for a file that was on no disk of this computer. What a file was made from is set
where something was made of it (a JPEG, a ZIP) and sent in its place.
"""


def table(receipt: Receipt) -> bytes:
    """Return the receipt as the bytes of a CSV file; Excel splits at the language's list separator."""
    decimal_mark, offset = QLocale().decimalPoint(), receipt_words.offset_of(receipt)
    text = io.StringIO(newline="")
    delimiter = ";" if decimal_mark == "," else ","
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    first = [_("TRIAL: nothing was sent to the register")] if receipt.trial else []
    several = any(file.server is not None for file in receipt.files)
    writer.writerow([*first, *_headings(trial=receipt.trial), *([_("Server")] if several else [])])
    for file in receipt.files:
        cells = _cells(receipt, file, decimal_mark, offset) + ([file.server or ""] if several else [])
        writer.writerow([*first, *map(harmless, cells)])
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")  # not every name is text


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell.lstrip(" \u00a0")) else cell


def _headings(*, trial: bool) -> list[str]:
    return [_(N_("Number in the trial") if trial and heading is _NUMBER else heading) for heading in _HEADINGS]


def _cells(receipt: Receipt, file: ReceiptFile, decimal_mark: str, offset: str) -> list[str]:
    original, uploaded_at = file.original, file.uploaded_at
    return [
        receipt.anomaly_id,
        file.name,
        str(file.size),
        f"{file.size / _MEGABYTE:.3f}".replace(".", decimal_mark),
        file.media_type or "",
        file.sha256 or "",
        file.service_id or "",
        file.upload_id,
        receipt_words.result(file, trial=receipt.trial),
        receipt_words.why(file),
        "" if uploaded_at is None else receipt_words.moment(uploaded_at, offset),
        "" if uploaded_at is None else iso_time(uploaded_at),
        str(file.attempts),
        _("yes") if file.may_be_registered_twice else _("no"),
        "" if file.source else file.path,
        receipt_words.source(file),
        *(("", "", "") if original is None else (original.name, str(original.size), original.sha256)),
        file.state.value,
        "" if file.reason is None else file.reason.code.value,
        file.message,
    ]
