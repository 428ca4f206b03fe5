"""A receipt as an HTML page that screen readers and browsers read: a semantic table, no script, nothing from elsewhere.

Names and servers' texts are data: everything is escaped, and stands in its own direction (`bdi`).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.receipt import CHECKSUM
from uploader_gui.gui.receipts import printed_receipt, receipt_words
from uploader_gui.gui.upload_list.row_text import visible_name
from uploader_gui.i18n import N_, _, language_in_use, ngettext

if TYPE_CHECKING:
    from uploader_gui.engine.receipt import Receipt, ReceiptFile

_HEADINGS: Final = (
    N_("File"), N_("Size"), N_("Type"), N_("Result"), N_("Uploaded at"), N_("Register number"), N_("Notes"),
    "SHA-256",
)  # fmt: skip
_STYLE: Final = (
    "body{font-family:sans-serif;color:#1b1f27;background:#fff;margin:2em;max-width:80em}dt{font-weight:600}"
    "table{border-collapse:collapse}caption{text-align:left;font-weight:600;padding:.5em 0}"
    "th,td{border-bottom:1px solid #5e6776;padding:.4em .6em;text-align:left;vertical-align:top}"
    "code{overflow-wrap:anywhere}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(receipt: Receipt, in_register: str = "") -> bytes:
    """Return the receipt as the bytes of an HTML file in the language in use.

    `in_register` is the address of the anomaly's page in the register.
    """
    title, means = printed_receipt.title_and_meaning(receipt)
    named = " – ".join((title, printed_receipt.anomaly_text(receipt)))
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd><bdi>{printed_receipt.linked(value, in_register)}</bdi></dd>"
        for name, value in printed_receipt.facts(receipt, in_register)
    )
    text = (
        f'<!DOCTYPE html>\n<html lang="{language_in_use()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(named)}</title><style>{_STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>"
        f"<p>{_data(printed_receipt.anomaly_text(receipt))}</p><dl>{facts}</dl><p>{escape(means)}</p>{_seal(receipt)}\n"
        f"{_table(receipt)}</main></body></html>\n"
    )
    return text.encode("utf-8", "backslashreplace")


def _seal(receipt: Receipt) -> str:
    if receipt.trial:
        return ""
    checksum = receipt.to_json()[CHECKSUM]
    return f"<p>SHA-256 <code>{escape(checksum)}</code><br>{escape(printed_receipt.seal_meaning())}</p>"


def _table(receipt: Receipt) -> str:
    heads = "".join(f'<th scope="col">{escape(_(heading))}</th>' for heading in _HEADINGS)
    count = ngettext("{count} file", "{count} files", len(receipt.files))
    rows = "\n".join(_row(file, receipt) for file in receipt.files)
    return f"<table><caption>{escape(count)}</caption><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table>"


def _row(file: ReceiptFile, receipt: Receipt) -> str:
    when = "" if file.uploaded_at is None else receipt_words.moment(file.uploaded_at, receipt_words.offset_of(receipt))
    cells = (
        escape(receipt_words.size(file)),
        escape(receipt_words.kind(file)),
        escape(receipt_words.result(file, trial=receipt.trial)),
        escape(when),
        _data(visible_name(file.service_id or "")),
        _notes(file),
        f"<code>{escape(file.sha256 or '')}</code>",
    )
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{_data(visible_name(file.name))}</th>{rest}</tr>'


def _notes(file: ReceiptFile) -> str:
    """Return why a file did not arrive, its upload reference, and what it was made from."""
    reference = _("{label}: {text}", label=_("Upload reference"), text=file.upload_id)
    notes = [receipt_words.why(file), printed_receipt.notes_text(file), reference]
    if file.original is not None:
        original = _("{label}: {text}", label="SHA-256", text=file.original.sha256)
        notes += [printed_receipt.made_from(file.original), original]
    return "<br>".join(escape(note) for note in notes if note)


def _data(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"
