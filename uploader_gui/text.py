"""The window's sentences that have no subject of their own in `words/`, in English.

`pyside6-lupdate` reads them for the translation files (`packaging/update_translations.py`), so they have to be literals
inside `QT_TRANSLATE_NOOP`. Numbers come formatted from `words/units.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uploader_gui.words.remedies import Remedy, cause_and_action, english
from uploader_gui.words.translation import QT_TRANSLATE_NOOP, CountedSentence, Sentence

if TYPE_CHECKING:
    from uploader_gui.engine.models import Reason

__all__ = ["Counted", "FilterWords", "Remedy", "Words", "cause_and_action", "engine_failed", "english"]


class Words(Sentence):
    """Sentences and labels without a count; `.text` or `.filled(…)` gives them in the person's language."""

    # Header
    ANOMALY = QT_TRANSLATE_NOOP("uploader", "Anomaly")
    ANOMALY_PLACEHOLDER = QT_TRANSLATE_NOOP("uploader", "The anomaly’s number")
    ANOMALY_VALID = QT_TRANSLATE_NOOP("uploader", "This number can be used")
    ANOMALY_INVALID = QT_TRANSLATE_NOOP("uploader", "Only letters, digits, - and _; at most 64 of them.")
    SIGNED_IN = QT_TRANSLATE_NOOP("uploader", "Signed in")
    SIGNED_OUT = QT_TRANSLATE_NOOP("uploader", "Signed out")
    SIGN_IN_TIP = QT_TRANSLATE_NOOP("uploader", "Sign in or change the tokens")
    SANDBOX = QT_TRANSLATE_NOOP("uploader", "Trying out: nothing leaves this computer")
    TRIAL = QT_TRANSLATE_NOOP("uploader", "TRIAL: nothing is sent to the register")
    TRIAL_TITLE = QT_TRANSLATE_NOOP("uploader", "TRIAL: nothing is sent to the register – uploader-gui")
    SETTINGS = QT_TRANSLATE_NOOP("uploader", "Settings")
    # Empty list
    EMPTY_TITLE = QT_TRANSLATE_NOOP("uploader", "Drop photos, reports and e-mails here")
    EMPTY_TYPES = QT_TRANSLATE_NOOP("uploader", "JPEG, PNG, PDF, Word, Excel, e-mail, ZIP…  Whole folders too.")
    KEPT_TYPE = QT_TRANSLATE_NOOP("uploader", "Enter adds what waits once the anomaly’s number is typed above.")
    KEPT_CONFIRM = QT_TRANSLATE_NOOP("uploader", "Enter adds it if the number is right, and so do the words above.")
    ADD_FILES = QT_TRANSLATE_NOOP("uploader", "Add files…")
    ADD_FOLDER = QT_TRANSLATE_NOOP("uploader", "Add folder…")
    TRY_SAMPLES = QT_TRANSLATE_NOOP("uploader", "Try it with sample files")
    # Dragging
    DROP_FIRST_ID = QT_TRANSLATE_NOOP("uploader", "Type the anomaly’s number, then drop")
    DROP_KEPT = QT_TRANSLATE_NOOP("uploader", "Or drop now: the files are kept until the number is there")
    DROP_COPY = QT_TRANSLATE_NOOP("uploader", "Folders are searched; the originals stay where they are")
    # List
    FILES = QT_TRANSLATE_NOOP("uploader", "Files")
    FIND = QT_TRANSLATE_NOOP("uploader", "Find a file")
    SORT = QT_TRANSLATE_NOOP("uploader", "Sort by")
    NO_MATCH = QT_TRANSLATE_NOOP("uploader", "No file to show here")
    NO_NAME = QT_TRANSLATE_NOOP("uploader", "No file’s name contains this. Esc takes the search back.")
    WAITING = QT_TRANSLATE_NOOP("uploader", "Waiting")
    SENDING = QT_TRANSLATE_NOOP("uploader", "Sending")
    CONFIRMING = QT_TRANSLATE_NOOP("uploader", "Confirming")
    TRYING_AGAIN = QT_TRANSLATE_NOOP("uploader", "Trying again")
    FAILED = QT_TRANSLATE_NOOP("uploader", "Failed")
    REFUSED = QT_TRANSLATE_NOOP("uploader", "Refused")
    UPLOADED = QT_TRANSLATE_NOOP("uploader", "Uploaded")
    SKIPPED = QT_TRANSLATE_NOOP("uploader", "Already there")
    CANCELLED = QT_TRANSLATE_NOOP("uploader", "Cancelled")
    UPLOADED_TRIAL = QT_TRANSLATE_NOOP("uploader", "Uploaded (trial)")
    SKIPPED_TRIAL = QT_TRANSLATE_NOOP("uploader", "Already there (trial)")
    NOTHING_TO_DO = QT_TRANSLATE_NOOP("uploader", "Nothing to do.")
    NAME_SHORTENED = QT_TRANSLATE_NOOP("uploader", "The name is shortened to 250 characters.")
    TWICE = QT_TRANSLATE_NOOP("uploader", "May be registered twice.")
    NAME = QT_TRANSLATE_NOOP("uploader", "Name")
    SIZE = QT_TRANSLATE_NOOP("uploader", "Size")
    TYPE = QT_TRANSLATE_NOOP("uploader", "Type")
    STATE = QT_TRANSLATE_NOOP("uploader", "State")
    ADDED = QT_TRANSLATE_NOOP("uploader", "Added")
    TYPE_TEXT = QT_TRANSLATE_NOOP("uploader", "Text")
    TYPE_EMAIL = QT_TRANSLATE_NOOP("uploader", "E-mail")
    TYPE_UNKNOWN = QT_TRANSLATE_NOOP("uploader", "Unknown type")
    # Actions
    CANCEL = QT_TRANSLATE_NOOP("uploader", "Cancel")
    TRY_AGAIN = QT_TRANSLATE_NOOP("uploader", "Try again")
    SEND_AGAIN = QT_TRANSLATE_NOOP("uploader", "Send again")
    REMOVE = QT_TRANSLATE_NOOP("uploader", "Remove")
    SEND_HERE = QT_TRANSLATE_NOOP("uploader", "Send to current server")
    UNDO = QT_TRANSLATE_NOOP("uploader", "Undo")
    UNDO_CLOSE = QT_TRANSLATE_NOOP("uploader", "Close this line")
    SHOW_IN_FOLDER = QT_TRANSLATE_NOOP("uploader", "Show in folder")
    COPY_REASON = QT_TRANSLATE_NOOP("uploader", "Copy reason")
    MORE = QT_TRANSLATE_NOOP("uploader", "More")
    # Footer
    START = QT_TRANSLATE_NOOP("uploader", "Start")
    PAUSE_ALL = QT_TRANSLATE_NOOP("uploader", "Pause all")
    RESUME = QT_TRANSLATE_NOOP("uploader", "Resume")
    DISCARD = QT_TRANSLATE_NOOP("uploader", "Remove from list")
    RETRY_FAILED = QT_TRANSLATE_NOOP("uploader", "Retry failed")
    DONE = QT_TRANSLATE_NOOP("uploader", "Done")
    DONE_TIP = QT_TRANSLATE_NOOP("uploader", "Clear the list for the next anomaly")
    ADD = QT_TRANSLATE_NOOP("uploader", "Add…")
    RECEIPT = QT_TRANSLATE_NOOP("uploader", "Receipt…")
    PRINT_RECEIPT = QT_TRANSLATE_NOOP("uploader", "Print the receipt…")
    HISTORY = QT_TRANSLATE_NOOP("uploader", "History…")
    RETRY_ALL_FAILED = QT_TRANSLATE_NOOP("uploader", "Retry all failed")
    CANCEL_ALL = QT_TRANSLATE_NOOP("uploader", "Cancel all")
    CLEAR_FINISHED = QT_TRANSLATE_NOOP("uploader", "Clear finished")
    OPEN_OBJECTS = QT_TRANSLATE_NOOP("uploader", "Show what arrived")
    OVERALL = QT_TRANSLATE_NOOP("uploader", "All files")
    ALL_THERE = QT_TRANSLATE_NOOP("uploader", "Everything has arrived.")
    TRIAL_OVER = QT_TRANSLATE_NOOP("uploader", "Trial over: nothing was sent to the register.")
    PAUSED = QT_TRANSLATE_NOOP("uploader", "Paused")
    SEARCHING = QT_TRANSLATE_NOOP("uploader", "Searching folders…")
    # Conditions
    OFFLINE_SHORT = QT_TRANSLATE_NOOP("uploader", "Offline")
    OFFLINE = QT_TRANSLATE_NOOP(
        "uploader", "Offline. Sending goes on by itself when the network is back. Nothing is lost."
    )
    SERVICE_BUSY = QT_TRANSLATE_NOOP(
        "uploader", "The register is overloaded or has an error. Sending goes on by itself. Nothing is lost."
    )
    STORAGE_BUSY = QT_TRANSLATE_NOOP(
        "uploader", "The register’s storage is overloaded or has an error. Sending goes on by itself. Nothing is lost."
    )
    JOURNAL = QT_TRANSLATE_NOOP(
        "uploader", "The disk is full or read-only, so nothing new is sent. Make room, then try again."
    )
    SIGN_IN = QT_TRANSLATE_NOOP("uploader", "Sign in")
    CHOOSE_OTHER_PLACE = QT_TRANSLATE_NOOP("uploader", "Save elsewhere…")
    CLOSE = QT_TRANSLATE_NOOP("uploader", "Close")
    # Leaving
    LEAVE_STOP = QT_TRANSLATE_NOOP("uploader", "Stop and resume next time")
    # Sign-in
    SIGN_IN_TEXT = QT_TRANSLATE_NOOP(
        "uploader",
        "Paste the two tokens of your register. Who runs it, or your IT department, gives them to you.",
    )
    SIGN_IN_REFUSED = QT_TRANSLATE_NOOP(
        "uploader", "The service did not accept these tokens. Get new ones, then paste them here."
    )
    BEARER = QT_TRANSLATE_NOOP("uploader", "Access token")
    SESSION = QT_TRANSLATE_NOOP("uploader", "Session token")
    SHOW_TOKENS = QT_TRANSLATE_NOOP("uploader", "Show the tokens")
    HIDE_TOKENS = QT_TRANSLATE_NOOP("uploader", "Hide the tokens")
    KEPT_KEYRING = QT_TRANSLATE_NOOP("uploader", "They are kept in this computer’s password store.")
    KEPT_MEMORY = QT_TRANSLATE_NOOP(
        "uploader", "They are kept only until the program closes: this computer has no password store."
    )
    # Settings
    SAVE = QT_TRANSLATE_NOOP("uploader", "Save")
    SERVER = QT_TRANSLATE_NOOP("uploader", "Server address")
    SERVER_INVALID = QT_TRANSLATE_NOOP("uploader", "The address begins with https:// (http:// only for this computer).")
    SIZE_UNIT = QT_TRANSLATE_NOOP("uploader", "Sizes are registered in")
    SIZE_UNIT_MORE = QT_TRANSLATE_NOOP("uploader", "Change this only if the register shows wrong sizes.")
    UNIT_MO = QT_TRANSLATE_NOOP("uploader", "Megabytes (as documented)")
    UNIT_BYTES = QT_TRANSLATE_NOOP("uploader", "Bytes")
    AT_ONCE = QT_TRANSLATE_NOOP("uploader", "Files sent at once")
    LANGUAGE = QT_TRANSLATE_NOOP("uploader", "Language")
    LANGUAGE_SYSTEM = QT_TRANSLATE_NOOP("uploader", "The system’s")
    LANGUAGE_FRENCH = QT_TRANSLATE_NOOP("uploader", "Français")
    LANGUAGE_ENGLISH = QT_TRANSLATE_NOOP("uploader", "English")

    # With something to fill in
    EXPIRES_IN = QT_TRANSLATE_NOOP("uploader", "expires in %1")
    BECAUSE = QT_TRANSLATE_NOOP("uploader", "%1: %2")
    AMOUNT_OF = QT_TRANSLATE_NOOP("uploader", "%1 of %2")
    TIME_LEFT = QT_TRANSLATE_NOOP("uploader", "about %1 left")
    TRYING_AGAIN_IN = QT_TRANSLATE_NOOP("uploader", "Trying again in %1")
    ANOMALY_NAMED = QT_TRANSLATE_NOOP("uploader", "Anomaly %1")
    SERVER_NAMED = QT_TRANSLATE_NOOP("uploader", "Server %1")
    WAITS_FOR_SERVER = QT_TRANSLATE_NOOP("uploader", "Waits until this server is set again.")
    EXPIRED_WAITING = QT_TRANSLATE_NOOP("uploader", "Your session has expired. %1. Nothing is lost.")
    EXPIRED_BANNER = QT_TRANSLATE_NOOP("uploader", "Your session has expired. %1, %2. Nothing is lost.")
    JOURNAL_SET_ASIDE = QT_TRANSLATE_NOOP(
        "uploader", "The list of unfinished files was damaged. A new one was begun; the old one is kept as %1"
    )
    NOT_RUNNING = QT_TRANSLATE_NOOP("uploader", "the program is not ready yet")
    RECEIPT_FAILED = QT_TRANSLATE_NOOP("uploader", "The receipt could not be saved: %1")


class FilterWords(Sentence):
    """The names of the filters. They stand for several files, which other languages distinguish from a row's one."""

    ALL = QT_TRANSLATE_NOOP("filters", "All")
    WAITING = QT_TRANSLATE_NOOP("filters", "Waiting")
    SENDING = QT_TRANSLATE_NOOP("filters", "Sending")
    FAILED = QT_TRANSLATE_NOOP("filters", "Failed")
    REFUSED = QT_TRANSLATE_NOOP("filters", "Refused")
    UPLOADED = QT_TRANSLATE_NOOP("filters", "Uploaded")
    UPLOADED_TRIAL = QT_TRANSLATE_NOOP("filters", "Uploaded (trial)")
    CANCELLED = QT_TRANSLATE_NOOP("filters", "Cancelled")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "filters"


class Counted(CountedSentence):
    """Sentences with a count; `.text(count, …)` gives them in the person's language."""

    ADD_FILES_TO = (
        "Add 1 file to anomaly %1",
        QT_TRANSLATE_NOOP("uploader", "Add %Ln files to anomaly %1", None, 1),
    )
    ADD_FOLDERS_TO = (
        "Add 1 folder to anomaly %1",
        QT_TRANSLATE_NOOP("uploader", "Add %Ln folders to anomaly %1", None, 1),
    )
    ADD_MIXED_TO = (
        "Add 1 file or folder to anomaly %1",
        QT_TRANSLATE_NOOP("uploader", "Add %Ln files and folders to anomaly %1", None, 1),
    )
    LEFT_OVER = (
        "1 file from last time has not been sent. Nothing is lost.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files from last time have not been sent. Nothing is lost.", None, 1),
    )
    ENDED_UNSENT = (
        "1 file from last time was not sent: it failed or was refused.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files from last time were not sent: they failed or were refused.", None, 1),
    )
    FILES_WAIT = (
        "1 file waits for the number.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files wait for the number.", None, 1),
    )
    FOLDERS_WAIT = (
        "1 folder waits for the number.",
        QT_TRANSLATE_NOOP("uploader", "%Ln folders wait for the number.", None, 1),
    )
    MIXED_WAIT = (
        "1 file or folder waits for the number.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files and folders wait for the number.", None, 1),
    )
    ADD_KEPT = ("Add it to %1", QT_TRANSLATE_NOOP("uploader", "Add all %Ln to %1", None, 1))
    FILES = ("1 file", QT_TRANSLATE_NOOP("uploader", "%Ln files", None, 1))
    FILES_OF = ("%1 of 1 file", QT_TRANSLATE_NOOP("uploader", "%1 of %Ln files", None, 1))
    BEING_FINISHED = (
        "1 file is being finished",
        QT_TRANSLATE_NOOP("uploader", "%Ln files are being finished", None, 1),
    )
    NOT_SENT = ("1 file was not sent.", QT_TRANSLATE_NOOP("uploader", "%Ln files were not sent.", None, 1))
    TRIAL_NOT_SENT = (
        "Trial over: 1 file did not get through.",
        QT_TRANSLATE_NOOP("uploader", "Trial over: %Ln files did not get through.", None, 1),
    )
    WAIT_FOR_SERVER = (
        "1 file waits for the server %1, which is not the one in use. Nothing is lost.",
        QT_TRANSLATE_NOOP(
            "uploader", "%Ln files wait for the server %1, which is not the one in use. Nothing is lost.", None, 1
        ),
    )
    WAIT_FOR_SERVERS = (
        "1 file waits for a server that is not in use. Nothing is lost.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files wait for servers that are not in use. Nothing is lost.", None, 1),
    )
    TAKEN_OFF = (
        "1 file was taken off the list.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files were taken off the list.", None, 1),
    )
    CANCELLED = ("1 file was cancelled.", QT_TRANSLATE_NOOP("uploader", "%Ln files were cancelled.", None, 1))
    WAIT = ("1 waits", QT_TRANSLATE_NOOP("uploader", "%Ln wait", None, 1))
    SIGN_IN_TO_SEND = (
        "Sign in to send this file.",
        QT_TRANSLATE_NOOP("uploader", "Sign in to send these %Ln files.", None, 1),
    )


def engine_failed(reason: Reason) -> str:
    """Return why the program cannot work at all, with the system's own words."""
    return cause_and_action(reason).whole
