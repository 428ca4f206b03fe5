"""The sentences of deposits: receipts, History, and the summary of a drop."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, CountedSentence, Sentence


class ReceiptWords(Sentence):
    """The sentences of a receipt and of the dialogs around it."""

    TITLE = QT_TRANSLATE_NOOP("uploader", "Deposit receipt")
    SAVE = QT_TRANSLATE_NOOP("uploader", "Save the receipt")
    PDF = QT_TRANSLATE_NOOP("uploader", "Page to print or file (*.pdf)")
    CSV = QT_TRANSLATE_NOOP("uploader", "Table for Excel (*.csv)")
    JSON = QT_TRANSLATE_NOOP("uploader", "Data for other programs (*.json)")
    FILE_NAME = QT_TRANSLATE_NOOP("uploader", "receipt")
    # The file's name first: where the line is short, the end is left out
    SAVED = QT_TRANSLATE_NOOP("uploader", "The receipt %1 was saved in %2")
    NOTHING_OPENS = QT_TRANSLATE_NOOP(
        "uploader", "No program on this computer shows PDF files. Save the receipt, then open it elsewhere."
    )
    PRINTED = QT_TRANSLATE_NOOP("uploader", "The receipt was sent to the printer")
    # The page
    FROM_UNTIL = QT_TRANSLATE_NOOP("uploader", "Deposited")
    UNTIL = QT_TRANSLATE_NOOP("uploader", "%1 to %2")
    PROGRAM = QT_TRANSLATE_NOOP("uploader", "Program")
    FILES = QT_TRANSLATE_NOOP("uploader", "Files")
    SUM = QT_TRANSLATE_NOOP("uploader", "%1: %2")
    PAGE = QT_TRANSLATE_NOOP("uploader", "Page %1 of %2")
    FOOT = QT_TRANSLATE_NOOP("uploader", "Deposit receipt · anomaly %1 · %2")
    PROMISE = QT_TRANSLATE_NOOP(
        "uploader",
        "“Uploaded” means that the storage confirmed exactly the bytes of this file. The SHA-256 is the fingerprint "
        "of those bytes: any change to the file gives another one. Times are those of this computer.",
    )
    REGISTER_NUMBER = QT_TRANSLATE_NOOP("uploader", "Register no. %1")
    MADE_FROM = QT_TRANSLATE_NOOP("uploader", "Made from %1 (%2)")
    MADE_WITHOUT = QT_TRANSLATE_NOOP(
        "uploader", "Made from %1 (%2) without details, such as date or place, that could not be read"
    )
    SERVER = QT_TRANSLATE_NOOP("uploader", "Server")
    SERVER_NAMED = QT_TRANSLATE_NOOP("uploader", "Server: %1")
    ATTEMPTS = QT_TRANSLATE_NOOP("uploader", "Attempts: %1")
    MAY_BE_TWICE = QT_TRANSLATE_NOOP("uploader", "May be registered twice.")
    # A trial is no deposit
    TRIAL_TITLE = QT_TRANSLATE_NOOP("uploader", "Trial, not a deposit")
    TRIAL_MARK = QT_TRANSLATE_NOOP("uploader", "TRIAL")
    TRIAL_FOOT = QT_TRANSLATE_NOOP("uploader", "TRIAL, not a deposit · anomaly %1 · %2")
    TRIAL_LINE = QT_TRANSLATE_NOOP("uploader", "TRIAL: nothing was sent to the register")
    TRIAL_MEANS = QT_TRANSLATE_NOOP(
        "uploader",
        "Nothing was sent to the register: these files were only tried out with the stand-in inside this program, on "
        "this computer. This page proves nothing.",
    )
    TRIAL_WHEN = QT_TRANSLATE_NOOP("uploader", "Tried out")
    TRIAL_ID = QT_TRANSLATE_NOOP("uploader", "Trial no. %1")
    TRIAL_NUMBER = QT_TRANSLATE_NOOP("uploader", "Number in the trial")
    # Columns
    ANOMALY = QT_TRANSLATE_NOOP("uploader", "Anomaly")
    FILE = QT_TRANSLATE_NOOP("uploader", "File")
    SIZE = QT_TRANSLATE_NOOP("uploader", "Size")
    SIZE_BYTES = QT_TRANSLATE_NOOP("uploader", "Size (bytes)")
    SIZE_MEGABYTES = QT_TRANSLATE_NOOP("uploader", "Size (MB)")
    TYPE = QT_TRANSLATE_NOOP("uploader", "Type")
    RESULT = QT_TRANSLATE_NOOP("uploader", "Result")
    REASON = QT_TRANSLATE_NOOP("uploader", "Reason")
    UPLOADED_AT = QT_TRANSLATE_NOOP("uploader", "Uploaded at")
    UPLOADED_AT_UTC = QT_TRANSLATE_NOOP("uploader", "Uploaded at (UTC)")
    NUMBER = QT_TRANSLATE_NOOP("uploader", "Register’s number")
    TRIES = QT_TRANSLATE_NOOP("uploader", "Attempts")
    TWICE = QT_TRANSLATE_NOOP("uploader", "Perhaps registered twice")
    PATH = QT_TRANSLATE_NOOP("uploader", "Place on this computer")
    ORIGINAL_NAME = QT_TRANSLATE_NOOP("uploader", "Made from")
    ORIGINAL_SIZE = QT_TRANSLATE_NOOP("uploader", "Size of the original (bytes)")
    ORIGINAL_HASH = QT_TRANSLATE_NOOP("uploader", "SHA-256 of the original")
    STATE_CODE = QT_TRANSLATE_NOOP("uploader", "State (code)")
    REASON_CODE = QT_TRANSLATE_NOOP("uploader", "Reason (code)")
    MESSAGE = QT_TRANSLATE_NOOP("uploader", "Reason (English)")
    YES = QT_TRANSLATE_NOOP("uploader", "yes")
    NO = QT_TRANSLATE_NOOP("uploader", "no")
    # Results
    UPLOADED = QT_TRANSLATE_NOOP("uploader", "Uploaded")
    SKIPPED = QT_TRANSLATE_NOOP("uploader", "Already there")
    FAILED = QT_TRANSLATE_NOOP("uploader", "Failed")
    REFUSED = QT_TRANSLATE_NOOP("uploader", "Refused")
    CANCELLED = QT_TRANSLATE_NOOP("uploader", "Cancelled")
    PENDING = QT_TRANSLATE_NOOP("uploader", "Not sent yet")
    UPLOADED_TRIAL = QT_TRANSLATE_NOOP("uploader", "Uploaded (trial)")
    SKIPPED_TRIAL = QT_TRANSLATE_NOOP("uploader", "Already there (trial)")


class ReceiptCounts(CountedSentence):
    """The sums of a receipt."""

    FILES = ("1 file", QT_TRANSLATE_NOOP("uploader", "%Ln files", None, 1))
    UPLOADED = ("1 uploaded", QT_TRANSLATE_NOOP("uploader", "%Ln uploaded", None, 1))
    SKIPPED = ("1 already there", QT_TRANSLATE_NOOP("uploader", "%Ln already there", None, 1))
    FAILED = ("1 failed", QT_TRANSLATE_NOOP("uploader", "%Ln failed", None, 1))
    REFUSED = ("1 refused", QT_TRANSLATE_NOOP("uploader", "%Ln refused", None, 1))
    CANCELLED = ("1 cancelled", QT_TRANSLATE_NOOP("uploader", "%Ln cancelled", None, 1))
    UPLOADED_TRIAL = ("1 uploaded (trial)", QT_TRANSLATE_NOOP("uploader", "%Ln uploaded (trial)", None, 1))
    SKIPPED_TRIAL = ("1 already there (trial)", QT_TRANSLATE_NOOP("uploader", "%Ln already there (trial)", None, 1))
    PENDING = ("1 not sent yet", QT_TRANSLATE_NOOP("uploader", "%Ln not sent yet", None, 1))


class HistoryWords(Sentence):
    """What History says."""

    TITLE = QT_TRANSLATE_NOOP("uploader", "History")
    OPEN = QT_TRANSLATE_NOOP("uploader", "History of deposits")
    FIND = QT_TRANSLATE_NOOP("uploader", "Anomaly, file or date")
    DEPOSITS = QT_TRANSLATE_NOOP("uploader", "Deposits")
    DATE = QT_TRANSLATE_NOOP("uploader", "Date")
    ANOMALY = QT_TRANSLATE_NOOP("uploader", "Anomaly")
    FILES = QT_TRANSLATE_NOOP("uploader", "Files")
    RESULT = QT_TRANSLATE_NOOP("uploader", "Result")
    NAME = QT_TRANSLATE_NOOP("uploader", "Name")
    SIZE = QT_TRANSLATE_NOOP("uploader", "Size")
    UPLOADED_AT = QT_TRANSLATE_NOOP("uploader", "Uploaded at")
    EMPTY = QT_TRANSLATE_NOOP("uploader", "Each deposit you make will be listed here, with its receipt.")
    SERVER = QT_TRANSLATE_NOOP("uploader", "Server")
    ELSEWHERE = QT_TRANSLATE_NOOP("uploader", "To send these again, first set %1 as the server in the settings.")
    TRIAL = QT_TRANSLATE_NOOP("uploader", "What is only tried out does not appear in History.")
    NO_MATCH = QT_TRANSLATE_NOOP("uploader", "No deposit matches what you are looking for.")
    OPEN_RECEIPT = QT_TRANSLATE_NOOP("uploader", "Open the receipt")
    SAVE_RECEIPT = QT_TRANSLATE_NOOP("uploader", "Save the receipt…")
    PRINT = QT_TRANSLATE_NOOP("uploader", "Print…")
    SHOW_IN_FOLDER = QT_TRANSLATE_NOOP("uploader", "Show in folder")
    CLOSE = QT_TRANSLATE_NOOP("uploader", "Close")
    WHY = QT_TRANSLATE_NOOP("uploader", "%1: %2")


class HistoryCounts(CountedSentence):
    """What History counts."""

    SEND_AGAIN = (
        "Send the failed file again",
        QT_TRANSLATE_NOOP("uploader", "Send the %Ln failed files again", None, 1),
    )


class DropWords(Sentence):
    """What the summary of a drop says."""

    NOTHING_GOES = QT_TRANSLATE_NOOP("uploader", "Nothing of this will be sent.")
    NOTHING_NEW = QT_TRANSLATE_NOOP("uploader", "Nothing new to send in this.")
    SEVERAL_ANOMALIES = QT_TRANSLATE_NOOP("uploader", "to the anomalies they were dropped for")
    TO_ANOMALY = QT_TRANSLATE_NOOP("uploader", "to anomaly %1")
    ON_DAY = QT_TRANSLATE_NOOP("uploader", "on %1")
    BETWEEN = QT_TRANSLATE_NOOP("uploader", "between %1 and %2")
    EARLIER = QT_TRANSLATE_NOOP("uploader", "earlier")
    SEND_AGAIN = QT_TRANSLATE_NOOP("uploader", "Send again")
    DETAILS = QT_TRANSLATE_NOOP("uploader", "Details")
    LESS = QT_TRANSLATE_NOOP("uploader", "Less")
    CLOSE = QT_TRANSLATE_NOOP("uploader", "Close this summary")
    SUMMARY = QT_TRANSLATE_NOOP("uploader", "What becomes of the files you added")


class DropCounts(CountedSentence):
    """What the summary of a drop counts."""

    GOING = (
        "1 file (%1) will be sent %2.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files (%1) will be sent %2.", None, 1),
    )
    TRIED_OUT = (
        "1 file (%1) will be tried out.",
        QT_TRANSLATE_NOOP("uploader", "%Ln files (%1) will be tried out.", None, 1),
    )
    TYPE = (
        "1 is of a type the register does not accept",
        QT_TRANSLATE_NOOP("uploader", "%Ln are of a type the register does not accept", None, 1),
    )
    EMPTY = ("1 is empty", QT_TRANSLATE_NOOP("uploader", "%Ln are empty", None, 1))
    EMPTY_FOLDER = ("1 folder is empty", QT_TRANSLATE_NOOP("uploader", "%Ln folders are empty", None, 1))
    UNREADABLE = ("1 cannot be read", QT_TRANSLATE_NOOP("uploader", "%Ln cannot be read", None, 1))
    MISSING = ("1 is not there", QT_TRANSLATE_NOOP("uploader", "%Ln are not there", None, 1))
    TOO_LARGE = ("1 is too large", QT_TRANSLATE_NOOP("uploader", "%Ln are too large", None, 1))
    NO_FILE = (
        "1 is no file that can be sent",
        QT_TRANSLATE_NOOP("uploader", "%Ln are no files that can be sent", None, 1),
    )
    OTHER = ("1 cannot be sent", QT_TRANSLATE_NOOP("uploader", "%Ln cannot be sent", None, 1))
    JUNK = ("1 system file was left out", QT_TRANSLATE_NOOP("uploader", "%Ln system files were left out", None, 1))
    LISTED = (
        "1 file was in the list already",
        QT_TRANSLATE_NOOP("uploader", "%Ln files were in the list already", None, 1),
    )
    TAKEN_UP = ("1 unfinished file goes on", QT_TRANSLATE_NOOP("uploader", "%Ln unfinished files go on", None, 1))
    OTHERS_UNFINISHED = (
        "1 other file is still unfinished",
        QT_TRANSLATE_NOOP("uploader", "%Ln other files are still unfinished", None, 1),
    )
    SENT_BEFORE = (
        "1 was already uploaded to this anomaly %1 and is skipped.",
        QT_TRANSLATE_NOOP("uploader", "%Ln were already uploaded to this anomaly %1 and are skipped.", None, 1),
    )
