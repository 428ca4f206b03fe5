"""A receipt as a table for Excel: one line per file, in the words the window hands over.

UTF-8 with a byte order mark and CRLF, or Excel takes it for something else. Names are data: a cell that a
spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.receipt import iso_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from uploader_gui.engine.receipt import Receipt, ReceiptFile

_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TableForm:
    """How the table is written in one language.

    Attributes:
        delimiter: `;` where the comma is the decimal mark, else `,`: what Excel expects there.
        decimal_mark: of the size in megabytes.
        headings: the titles of the columns, in the order of `COLUMNS`.
        results: the words for the receipt's states.
        yes_no: the words for True and False.
        moment: returns a time (seconds since 1970) as people write it.
        why: returns a file's reason in the person's language, "" where there is none.
        source: returns where a file came from that was on no disk, "" for others.
        trial: the first cell of every line where nothing went to a register; else "".
        server: the heading of a further column, where the files went to several servers.
    """

    delimiter: str
    decimal_mark: str
    headings: Sequence[str]
    results: Mapping[str, str]
    yes_no: tuple[str, str]
    moment: Callable[[float], str]
    why: Callable[[ReceiptFile], str]
    source: Callable[[ReceiptFile], str]
    trial: str = ""
    server: str = "server"


COLUMNS: Final = (
    "anomaly", "name", "size", "megabytes", "type", "sha256", "id", "upload_id", "result", "reason", "uploaded_at",
    "uploaded_at_utc", "attempts", "may_be_registered_twice", "path", "source", "original_name",
    "original_size", "original_sha256", "state", "code", "message",
)  # fmt: skip
"""What each column holds; the last three are the receipt's own words, in English whatever the language.

`source` is set in place of `path` for a file that was on no disk of this computer.
`original_…` is set where something was made of a file (a JPEG, a ZIP) and sent in its place.
"""


def table(receipt: Receipt, form: TableForm) -> bytes:
    """Return the receipt as the bytes of a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=form.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    first = [form.trial] if form.trial else []
    several = any(file.server is not None for file in receipt.files)
    writer.writerow([*first, *form.headings, *([form.server] if several else [])])
    for file in receipt.files:
        cells = _cells(receipt.anomaly_id, file, form) + ([file.server or ""] if several else [])
        writer.writerow([*first, *(harmless(cell) for cell in cells)])
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")  # not every name is text


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell.lstrip(" \u00a0")) else cell


def _cells(anomaly_id: str, file: ReceiptFile, form: TableForm) -> list[str]:
    original, uploaded_at = file.original, file.uploaded_at
    return [
        anomaly_id,
        file.name,
        str(file.size),
        f"{file.size / _MEGABYTE:.3f}".replace(".", form.decimal_mark),
        file.media_type or "",
        file.sha256 or "",
        file.service_id or "",
        file.upload_id,
        form.results[file.state],
        form.why(file),
        "" if uploaded_at is None else form.moment(uploaded_at),
        "" if uploaded_at is None else iso_time(uploaded_at),
        str(file.attempts),
        form.yes_no[0 if file.may_be_registered_twice else 1],
        "" if file.source else file.path,
        form.source(file),
        *(("", "", "") if original is None else (original.name, str(original.size), original.sha256)),
        file.state.value,
        "" if file.reason is None else file.reason.code.value,
        file.message,
    ]
