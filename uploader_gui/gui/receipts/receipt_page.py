"""A receipt as HTML for `receipt_pages.py`: what stands at the top, and one row for each file.

Black on white whatever the theme: it is a document. Names and servers' words are data, so all is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.gui.receipts import receipt_words
from uploader_gui.gui.upload_list.row_text import server_name, visible_name
from uploader_gui.paths import find_resource
from uploader_gui.words import units
from uploader_gui.words.deposits import ReceiptCounts, ReceiptWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_W = ReceiptWords
_COLUMNS: Final = ((5, _W.FILE), (57, _W.FILE), (9, _W.SIZE), (11, _W.TYPE), (18, _W.RESULT))
"""Width in percent and heading; the first holds the file's number."""
_LINE: Final = "border-bottom: 0.6px solid #c9ced6"
_HEAD_LINE: Final = "border-bottom: 1px solid #5e6776"


def top(receipt: Mapping[str, Any]) -> str:
    """Give title, anomaly, when, program, sums, and what they mean."""
    totals, trial = receipt["totals"], receipt_words.is_trial(receipt)
    count = ReceiptCounts.FILES.text(totals["files"])
    summed = receipt_words.sums(totals, totals["bytes_uploaded"], trial=trial)
    began, ended = receipt_words.moment(receipt["started_at"]), receipt_words.moment(receipt["finished_at"])
    facts = (
        ((_W.TRIAL_WHEN if trial else _W.FROM_UNTIL).text, _W.UNTIL.filled(began, ended)),
        (_W.FILES.text, _W.SUM.filled(count, summed) if summed else count),
        (_W.PROGRAM.text, receipt["program"]),
    )
    rows = "".join(
        f'<tr><td class="quiet" style="padding-right: 18px">{escape(name)}</td><td>{escape(value)}</td></tr>'
        for name, value in facts
    )
    title, means = (_W.TRIAL_TITLE, _W.TRIAL_MEANS) if trial else (_W.TITLE, _W.PROMISE)
    return (
        f'<h1>{escape(title.text)}</h1><p class="anomaly">{escape(_anomaly(receipt))}</p>'
        f'<table cellspacing="0" cellpadding="1">{rows}</table><p class="promise">{escape(means.text)}</p>'
    )


def foot(receipt: Mapping[str, Any]) -> str:
    """Give the line at the bottom of every page, as plain text."""
    foot = _W.TRIAL_FOOT if receipt_words.is_trial(receipt) else _W.FOOT
    return foot.filled(receipt["anomaly_id"], receipt_words.moment(receipt["finished_at"]))


def table(files: Iterable[tuple[int, Mapping[str, Any]]], *, trial: bool = False) -> str:
    """Give the table of numbered files with its headings; `trial`: they were only tried out."""
    heads = "".join(
        f'<th width="{width}%" style="{_HEAD_LINE}">{escape(word.text) if at else ""}</th>'
        for at, (width, word) in enumerate(_COLUMNS)
    )
    rows = "".join(_row(number, file, trial=trial) for number, file in files)
    table_tag = '<table width="100%" cellspacing="0" cellpadding="4" style="border-collapse: collapse">'
    return f"{table_tag}<thead><tr>{heads}</tr></thead>{rows}</table>"


def document(body: str) -> str:
    """Give a whole document."""
    style = find_resource("receipt.css").read_text("utf-8")
    return f"<html><head><style>{style}</style></head><body>{body}</body></html>"


def _row(number: int, file: Mapping[str, Any], *, trial: bool) -> str:
    cells = (
        f'<span class="quiet">{number}</span>',
        _about(file),
        escape(receipt_words.size(file)),
        escape(receipt_words.kind(file)),
        _outcome(file, trial=trial),
    )
    return "<tr>" + "".join(f'<td style="{_LINE}">{cell}</td>' for cell in cells) + "</tr>"


def _about(file: Mapping[str, Any]) -> str:
    """Name, why it is not there, fingerprint, id, what else there is to know."""
    lines = [f"<b>{escape(visible_name(file['name']))}</b>"]
    if why := receipt_words.why(file):
        lines.append(_small(why))
    if file["sha256"]:
        lines.append(_exact("SHA-256", file["sha256"]))
    lines.append(_exact("uploadId", file["upload_id"]))
    if original := file.get("original"):  # what is sent was made from another file, which stays the evidence
        made = _W.MADE_WITHOUT if "metadata" in original else _W.MADE_FROM
        lines.append(_small(made.filled(visible_name(original["name"]), units.size(original["size"]))))
        lines.append(_exact("SHA-256", original["sha256"]))
    if notes := _notes(file):
        lines.append(_small(notes))
    return "<br>".join(lines)


def _outcome(file: Mapping[str, Any], *, trial: bool) -> str:
    """How it ended, when, and the number the register gave it."""
    look = "trial" if trial else file["state"]
    lines = [f'<span class="{look}">{escape(receipt_words.result(file, trial=trial))}</span>']
    if file["uploaded_at"]:
        lines.append(_small(receipt_words.moment(file["uploaded_at"])))
    if file["id"]:
        number = _W.TRIAL_ID if trial else _W.REGISTER_NUMBER
        lines.append(_small(number.filled(visible_name(file["id"]))))
    return "<br>".join(lines)


def _notes(file: Mapping[str, Any]) -> str:
    attempts = file["attempts"]
    server = [_W.SERVER_NAMED.filled(server_name(file["server"]))] if "server" in file else []
    notes = [_W.ATTEMPTS.filled(units.number(attempts))] if attempts > 1 else []
    if file["may_be_registered_twice"]:
        notes.append(_W.MAY_BE_TWICE.text)
    return " · ".join(server + notes)


def _small(text: str) -> str:
    return f'<span class="small">{escape(text)}</span>'


def _exact(name: str, value: str) -> str:
    return f'<span class="hash">{name} {escape(value)}</span>'


def _anomaly(receipt: Mapping[str, Any]) -> str:
    return f"{_W.ANOMALY.text} {receipt['anomaly_id']}"
