"""The actions of a row: which are allowed in which state, which are shown, and what they do."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QGuiApplication

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import FINISHED, WAITING, Treatment, UploadState, may_change_anomaly
from uploader_gui.engine.options import offered_treatments
from uploader_gui.gui.upload_list.row_text import whole_reason
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.bridge import Bridge


_S = UploadState


class RowAction(Enum):
    """What a person can do with one or more rows; the value is the label."""

    TRY_AGAIN = N_("Retry")
    SEND_AGAIN = N_("Send a second copy")
    CONVERT = N_("Convert to JPEG")
    ZIP = N_("Send in a ZIP")
    SEND_HERE = N_("Send to current server")
    SEND_TO = N_("Send to another anomaly…")
    CANCEL = N_("Cancel")
    REMOVE = N_("Remove")
    SHOW_IN_FOLDER = N_("Show in folder")
    COPY_REASON = N_("Copy reason")
    OPEN_ANOMALY = N_("Open anomaly {number} in the register")
    MORE = N_("More")

    @property
    def label(self) -> str:
        """The label in the current language."""
        return _(self.value)


TREATMENTS: Final = {RowAction.CONVERT: Treatment.CONVERT, RowAction.ZIP: Treatment.ZIP}

_ALWAYS_SHOWN: Final[Mapping[UploadState, RowAction]] = {
    _S.FAILED: RowAction.TRY_AGAIN,
    _S.CANCELLED: RowAction.TRY_AGAIN,
    _S.SKIPPED: RowAction.SEND_AGAIN,
    _S.REFUSED: RowAction.REMOVE,
}
_ANY: Final = frozenset(_S)
_STATES: Final[Mapping[RowAction, frozenset[UploadState]]] = {
    RowAction.TRY_AGAIN: frozenset({_S.FAILED, _S.CANCELLED}),
    RowAction.SEND_AGAIN: frozenset({_S.SKIPPED}),
    RowAction.CANCEL: _ANY - FINISHED,
    RowAction.REMOVE: FINISHED | WAITING,
}
_OF_THE_SERVER_IN_USE: Final = frozenset({RowAction.TRY_AGAIN, RowAction.SEND_AGAIN})
SENDS_AT_ONCE: Final = _OF_THE_SERVER_IN_USE | {RowAction.SEND_HERE}
"""The actions after which nobody has to press Start."""
MENU: Final = (
    RowAction.TRY_AGAIN,
    RowAction.SEND_AGAIN,
    RowAction.CONVERT,
    RowAction.ZIP,
    RowAction.SEND_HERE,
    RowAction.SEND_TO,
    RowAction.CANCEL,
    RowAction.REMOVE,
    RowAction.SHOW_IN_FOLDER,
    RowAction.COPY_REASON,
)


def resting_row_actions(snapshot: UploadSnapshot) -> tuple[RowAction, ...]:
    """Return the actions a row always shows: those of states that may need a person."""
    if snapshot.elsewhere:
        return () if snapshot.state.stored else (RowAction.SEND_HERE,)
    treatments = offered_treatments(snapshot)
    if treatments:
        return tuple(action for action, treatment in TREATMENTS.items() if treatment in treatments)
    action = RowAction.REMOVE if _only_another_program_has(snapshot) else _ALWAYS_SHOWN.get(snapshot.state)
    return (action,) if action else ()


def active_row_actions(snapshot: UploadSnapshot) -> tuple[RowAction, ...]:
    """Return the actions shown while the row is hovered or focused; the others are behind More."""
    first = resting_row_actions(snapshot) or ((RowAction.REMOVE,) if snapshot.state.stored else (RowAction.CANCEL,))
    return (*first, RowAction.MORE)


def allowed(action: RowAction, snapshot: UploadSnapshot) -> bool:
    """Return whether an action is possible in the row's state."""
    if action in TREATMENTS:
        return TREATMENTS[action] in offered_treatments(snapshot)
    if action is RowAction.COPY_REASON:
        return snapshot.reason is not None
    if action is RowAction.SEND_TO:
        return may_change_anomaly(snapshot)
    if action is RowAction.SEND_HERE:
        return bool(snapshot.elsewhere) and not snapshot.state.stored
    if (snapshot.elsewhere or _only_another_program_has(snapshot)) and action in _OF_THE_SERVER_IN_USE:
        return False
    return snapshot.state in _STATES.get(action, _ANY)


def _only_another_program_has(snapshot: UploadSnapshot) -> bool:
    """Return whether the file was never fetched to its end: trying again would find nothing."""
    return snapshot.reason is not None and snapshot.reason.code is Code.NOT_FETCHED


def allowed_among(action: RowAction, snapshots: Iterable[UploadSnapshot]) -> list[UploadSnapshot]:
    """Return the rows for which the action is possible."""
    return [snapshot for snapshot in snapshots if allowed(action, snapshot)]


def perform(action: RowAction, uploads: Sequence[UploadSnapshot], engine: Bridge) -> None:
    """Do it for all rows; Show in folder is done for the first one only."""
    ids = [upload.upload_id for upload in uploads]
    match action:
        case RowAction.TRY_AGAIN:
            engine.retry(ids)
        case RowAction.SEND_AGAIN:
            engine.send_again(ids)
        case RowAction.CONVERT | RowAction.ZIP:
            engine.treat(ids, TREATMENTS[action])
        case RowAction.SEND_HERE:
            engine.send_here(ids)
        case RowAction.CANCEL:
            engine.cancel(ids)
        case RowAction.REMOVE:
            engine.remove(ids)
        case RowAction.SHOW_IN_FOLDER:
            from uploader_gui.gui.taskbar_and_notifications import show_in_folder  # noqa: PLC0415 - seldom needed

            show_in_folder(uploads[0].source.path)
        case RowAction.COPY_REASON:
            lines = [_("{label}: {text}", label=upload.source.name, text=whole_reason(upload)) for upload in uploads]
            QGuiApplication.clipboard().setText("\n".join(lines))
