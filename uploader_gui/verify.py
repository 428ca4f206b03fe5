"""`--verify`: compares files with a receipt and writes a line for each, for people and scripts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from uploader_gui.command_line import ExitCode, UsageError, speak
from uploader_gui.engine.receipt_check import ReceiptUnreadable, Verdict, all_equal, compare, read_receipt
from uploader_gui.i18n import N_, NN_, _, ngettext
from uploader_gui.terminal import Terminal, printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LABELS: Final = {
    Verdict.EQUAL: N_("equal"),
    Verdict.CHANGED: N_("changed"),
    Verdict.MISSING: N_("missing"),
    Verdict.UNREADABLE: N_("cannot be read"),
    Verdict.NOT_LISTED: N_("not on the receipt"),
    Verdict.NOT_ON_DISK: N_("was not on disk"),
    Verdict.NO_CHECKSUM: N_("has no checksum on the receipt"),
}
_WHY_UNREADABLE: Final = (N_("it is no receipt of this program"), N_("it is no file"))
"""The engine's words, marked to be translated."""
CHANGED_LATER: Final = N_("The receipt itself was changed after it was written.")
_COUNTED: Final = {
    Verdict.EQUAL: NN_("{count} equal", "{count} equal"),
    Verdict.CHANGED: NN_("{count} changed", "{count} changed"),
    Verdict.MISSING: NN_("{count} missing", "{count} missing"),
    Verdict.UNREADABLE: NN_("{count} cannot be read", "{count} cannot be read"),
    Verdict.NOT_LISTED: NN_("{count} not on the receipt", "{count} not on the receipt"),
    Verdict.NOT_ON_DISK: NN_("{count} was not on disk", "{count} were not on disk"),
    Verdict.NO_CHECKSUM: NN_("{count} has no checksum on the receipt", "{count} have no checksum on the receipt"),
}


def run(path: Path, paths: Sequence[Path]) -> ExitCode:
    """Write what the comparison finds, and return whether all is equal.

    Raises:
        UsageError: the file cannot be read, or is not a receipt.
    """
    speak()
    try:
        receipt = read_receipt(path)
    except ReceiptUnreadable as error:
        raise UsageError(_("{path} cannot be compared with: {why}.", path=str(path), why=_(str(error)))) from error
    terminal = Terminal()
    found: list[Verdict] = []
    for line in compare(receipt, paths, path):
        found.append(line.verdict)
        terminal.say(_("{label}: {text}", label=_(LABELS[line.verdict]), text=printable(line.path)))
    terminal.say(sums(found))
    if receipt.intact is False:
        terminal.say(_(CHANGED_LATER))
    return ExitCode.ALL_SENT if all_equal(found) and receipt.intact is not False else ExitCode.NOT_ALL_SENT


def sums(found: Sequence[Verdict]) -> str:
    """Return in one line how many files there are of each kind."""
    if not found:
        return _("This receipt names no file.")
    counts = Counter(found)
    parts = [ngettext(*sentence, counts[verdict]) for verdict, sentence in _COUNTED.items() if counts[verdict]]
    return ngettext("{count} file: {sums}", "{count} files: {sums}", len(found), sums=", ".join(parts))
