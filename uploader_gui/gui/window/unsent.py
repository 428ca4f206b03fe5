"""What closing the window now would leave unsent: counted by `main_window.py`, told by `leave_dialog.py`.

Everything that looks whether the program may go (closing, the background, `--quit-when-done`) looks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uploader_gui.gui.upload_list.counts import ListCounts
from uploader_gui.text import Counted
from uploader_gui.words import units
from uploader_gui.words.manners import CountedManners, MannersWords

if TYPE_CHECKING:
    from uploader_gui.gui.drop.paths import Dropped


@dataclass(frozen=True, slots=True)
class Unsent:
    """How things stand at one moment.

    Attributes:
        figures: the list in figures.
        anomaly_id: the one that all files on the list are for; "" where there are several, or no files.
        kept: what waits for a number, None where nothing does.
        searching: files are still being looked at, which are not on the list yet.
        goes_on: files are sent without anybody doing anything, also without a window.
        saved: everything of this stands on the disk for the next start.
        trial: nothing of it goes to a register, and nothing is kept for the next start.
    """

    figures: ListCounts = ListCounts()  # noqa: RUF009 - frozen
    anomaly_id: str = ""
    kept: Dropped | None = None
    searching: bool = False
    goes_on: bool = False
    saved: bool = True
    trial: bool = False

    @property
    def listed(self) -> int:
        """How many files of the list are not there, also those a person cancelled."""
        return self.figures.files - self.figures.uploaded

    @property
    def asks(self) -> bool:
        """Whether a person has to be asked before the program goes: what they cancelled is answered."""
        return self.listed > self.figures.cancelled or self.kept is not None or self.searching

    def question(self) -> str:
        """Say what is not sent, in figures."""
        if self.listed > self.figures.cancelled:
            return self._list_told()
        return self.kept.wait() if self.kept is not None else MannersWords.STILL_LOOKED_AT.text

    def consequences(self) -> list[str]:
        """Say what becomes of it when the program is closed."""
        beside = self.listed > self.figures.cancelled
        told = [self.kept.wait() if self.kept is not None and beside else ""]
        if self.trial:
            return [*filter(None, told), MannersWords.TRIAL_FORGOTTEN.text]
        told.append((MannersWords.COMES_BACK if self.saved else MannersWords.NOT_SAVED).text)
        told.append(MannersWords.ADD_AGAIN.text if self.searching else "")
        told.append(MannersWords.CANCELLED_GONE.text if self.figures.cancelled else "")
        return list(filter(None, told))

    def _list_told(self) -> str:
        count = self.listed
        files = Counted.FILES_OF.text(self.figures.files, units.number(count))
        if self.trial:
            return CountedManners.TRIAL_UNSENT.text(count, files, self._states())
        if self.anomaly_id:
            return CountedManners.UNSENT.text(count, files, self.anomaly_id, self._states())
        return CountedManners.UNSENT_SEVERAL.text(count, files, self._states())

    def _states(self) -> str:
        counts = (
            (CountedManners.WAITING, self.figures.waiting + self.figures.elsewhere),
            (CountedManners.SENDING, self.figures.sending),
            (CountedManners.FAILED, self.figures.failed),
            (CountedManners.REFUSED, self.figures.refused),
            (CountedManners.CANCELLED, self.figures.cancelled),
        )
        return ", ".join(sentence.text(number) for sentence, number in counts if number)
