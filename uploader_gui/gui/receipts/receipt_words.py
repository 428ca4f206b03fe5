"""What a receipt says, as texts in the current language: results, reasons, times, sums, and what it means."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QLocale

from uploader_gui import i18n
from uploader_gui.engine.models import Origin
from uploader_gui.engine.receipt import utc_offset_at
from uploader_gui.failure_messages import cause_and_action
from uploader_gui.gui.upload_list.row_text import is_known, server_name, sizes_text, type_name_of, visible_name
from uploader_gui.i18n import FRENCH, N_, NN_, _, language_in_use, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.receipt import Original, Receipt, ReceiptFile

RESULTS: Final = {
    "uploaded": N_("Uploaded"),
    "skipped": N_("Already there"),
    "failed": N_("Failed"),
    "refused": N_("Refused"),
    "cancelled": N_("Cancelled"),
    "pending": N_("Not sent yet"),
}
_SUMS: Final = {
    "uploaded": NN_("{count} uploaded", "{count} uploaded"),
    "skipped": NN_("{count} already there", "{count} already there"),
    "failed": NN_("{count} failed", "{count} failed"),
    "refused": NN_("{count} refused", "{count} refused"),
    "cancelled": NN_("{count} cancelled", "{count} cancelled"),
    "pending": NN_("{count} not sent yet", "{count} not sent yet"),
}
SOURCES: Final = {
    Origin.PHONE: N_("From a phone"),
    Origin.OUTLOOK: N_("From Outlook"),
    Origin.ZIP: N_("From a ZIP"),
    Origin.WEB_PAGE: N_("From a web page"),
    Origin.CLIPBOARD: N_("From the clipboard"),
    Origin.PROGRAM: N_("From another program"),
}
_TRIAL_RESULTS: Final = {"uploaded": N_("Uploaded (trial)"), "skipped": N_("Already there (trial)")}
_TRIAL_SUMS: Final = {
    "uploaded": NN_("{count} uploaded (trial)", "{count} uploaded (trial)"),
    "skipped": NN_("{count} already there (trial)", "{count} already there (trial)"),
}


def result(file: ReceiptFile, *, trial: bool = False) -> str:
    """Return what became of a file, in words."""
    return _((_TRIAL_RESULTS if trial else {}).get(file.state) or RESULTS[file.state])


def why(file: ReceiptFile) -> str:
    """Return the reason of a file's state, or "" if it has none or a person cancelled it."""
    if file.reason is None or file.state == "cancelled":
        return ""
    return cause_and_action(file.reason).cause


def source(file: ReceiptFile) -> str:
    """Return where a file came from that was on no disk of this computer, "" for others."""
    return _(SOURCES[Origin(file.source)]) if file.source else ""


def size(file: ReceiptFile) -> str:
    """Return a file's size with its unit, "" where it is unknown."""
    return i18n.size(file.size) if _is_known(file) else ""


def kind(file: ReceiptFile) -> str:
    """Return the name of a file's type, "" where it is unknown."""
    return type_name_of(file.media_type, file.name) if _is_known(file) else ""


def sums(states: Mapping[str, int], uploaded: int, originals: int, *, trial: bool = False) -> str:
    """Return how many files are in which state: `40 uploaded (214 MB), 2 failed`.

    `uploaded` is in bytes, and so is `originals`, the size of the files that what was sent was made from.
    """
    sentences = _SUMS | (_TRIAL_SUMS if trial else {})
    parts = [ngettext(*sentence, states[state]) for state, sentence in sentences.items() if states.get(state)]
    if not trial and states.get("uploaded"):
        parts[0] = f"{parts[0]} ({sizes_text(uploaded, originals or uploaded)})"
    return ", ".join(parts)


def moment(seconds: float, utc_offset: str = "") -> str:
    """Return day and time to the second; `seconds` since 1970. `utc_offset` such as "+01:00" is a receipt's."""
    local = datetime.fromtimestamp(seconds).astimezone(_zone(utc_offset))
    return f"{_day_text(local.date())} {local:%H:%M:%S}"


def offset_of(receipt: Receipt) -> str:
    """Return the offset to UTC of a receipt made elsewhere; "" where this computer's own clock tells its times."""
    return "" if receipt.utc_offset == utc_offset_at(receipt.finished_at) else receipt.utc_offset


def _zone(utc_offset: str) -> timezone | None:
    """Return the time zone with an offset to UTC; None, which is this computer's, for ""."""
    return timezone(datetime.strptime(utc_offset, "%z").utcoffset() or timedelta()) if utc_offset else None


def clock(receipt: Receipt) -> str:
    """Return the time zone of a receipt's times, and how wrong this computer's clock was."""
    error = receipt.circumstances.clock_error
    if error is None:
        sentence = N_("UTC{offset}; this computer’s clock was not compared with the server’s")
    elif error == 0:
        sentence = N_("UTC{offset}; this computer’s clock agreed with the server’s within 2 seconds")
    elif error > 0:
        sentence = N_("UTC{offset}; this computer’s clock was {difference} ahead of the server’s")
    else:
        sentence = N_("UTC{offset}; this computer’s clock was {difference} behind the server’s")
    return _(sentence, offset=receipt.utc_offset, difference=_exactly(abs(error or 0)))


def day(seconds: float) -> str:
    """Return the local day of a time (seconds since 1970): `12/03/2025` in French, else `12 Mar 2025`."""
    return _day_text(datetime.fromtimestamp(seconds).astimezone().date())


def _day_text(local: date) -> str:
    if language_in_use() == FRENCH:
        return f"{local:%d/%m/%Y}"
    return QLocale().toString(QDate(local.year, local.month, local.day), "d MMM yyyy")


def day_and_time(seconds: float) -> str:
    """Return the local day and time to the minute; `seconds` since 1970."""
    return f"{day(seconds)} {datetime.fromtimestamp(seconds).astimezone():%H:%M}"


def _exactly(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60} h {minutes % 60:02} min {rest:02} s".replace(" ", "\N{NO-BREAK SPACE}")


def _is_known(file: ReceiptFile) -> bool:
    return is_known(file.size, file.reason.code if file.reason else None)


def facts(receipt: Receipt, page: str = "") -> list[tuple[str, str]]:
    """Return names and values of the receipt's head, as plain texts: times, depositor, sums, page, server, program."""
    totals, trial, offset = receipt.totals, receipt.trial, offset_of(receipt)
    count = ngettext("{count} file", "{count} files", totals["files"])
    summed = sums(totals, totals["bytes_uploaded"], receipt.bytes_of_originals, trial=trial)
    began, ended = (moment(at, offset) for at in (receipt.started_at, receipt.finished_at))
    told = receipt.circumstances
    named = (
        (_("Tried out") if trial else _("Deposited"), _("{began} to {ended}", began=began, ended=ended)),
        (_("Depositor"), visible_name(told.depositor)),
        (_("Times"), clock(receipt)),
        (_("Files"), _("{label}: {text}", label=count, text=summed) if summed else count),
        (_("In the register"), page),
        (_("Server"), told.server),
        (_("Program"), receipt.program),
    )
    return [(name, value) for name, value in named if value]


def title_and_meaning(receipt: Receipt) -> tuple[str, str]:
    """Return the receipt's title, and what it proves, or in a trial that it proves nothing."""
    if receipt.trial:
        return _("Trial, not a deposit"), _(
            "Nothing was sent to the register: these files were only tried out with the stand-in inside "
            "this program, on this computer. This page proves nothing."
        )
    return _("Deposit receipt"), _(
        "“Uploaded” means that the storage confirmed exactly the bytes of this file. The SHA-256 is "
        "the fingerprint of those bytes: any change to the file gives another one. Times are the "
        "register’s where it tells them, in this computer’s time zone."
    )


def seal_meaning() -> str:
    """Return what the receipt's own checksum proves."""
    return _(
        "The receipt’s own fingerprint, which its data (JSON) hold, too. It proves that nothing was changed since, "
        "not who made the receipt or when."
    )


def footer_text(receipt: Receipt) -> str:
    """Return the line at the bottom of every page, as plain text."""
    foot = (
        N_("TRIAL, not a deposit · anomaly {number} · {time}")
        if receipt.trial
        else N_("Deposit receipt · anomaly {number} · {time}")
    )
    return _(
        foot,
        number=receipt.anomaly_id,
        time=moment(receipt.finished_at, offset_of(receipt)),
    )


def made_from(original: Original) -> str:
    """Return which file a substitute was made from, and what could not be read of it."""
    made = (
        N_("Made from {name} ({size}) without details, such as date or place, that could not be read")
        if original.without_metadata
        else N_("Made from {name} ({size})")
    )
    return _(made, name=visible_name(original.name), size=i18n.size(original.size))


def notes_text(file: ReceiptFile) -> str:
    """Return where a file came from, its server, attempts, and whether it may be registered twice."""
    attempts = file.attempts
    came = [source(file)] if file.source else []
    server = [_("Server: {name}", name=server_name(file.server))] if file.server is not None else []
    notes = [_("Attempts: {count}", count=i18n.number(attempts))] if attempts > 1 else []
    if file.may_be_registered_twice:
        notes.append(_("May be registered twice."))
    return " · ".join(came + server + notes)


def anomaly_text(receipt: Receipt) -> str:
    """Return the anomaly's number, and what the register told of it."""
    told = receipt.circumstances
    ref = "" if told.ref == receipt.anomaly_id else told.ref
    facts = " – ".join(visible_name(text) for text in (ref, told.title, told.site) if text)
    number = " ".join((_("Anomaly"), receipt.anomaly_id))
    return _("{label}: {text}", label=number, text=facts) if facts else number
