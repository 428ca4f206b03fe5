"""Why an upload is not there (yet), as one word: in receipts, in the journal, and for whoever finds sentences for it.

Most come from an error of their own (`errors.py` draws them); tokens refused once more and the last three do not. A
word in a receipt is a promise to scripts (schema 1): none is ever renamed.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why an upload is not (yet) uploaded: the closed list of `reason.code` in a receipt."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    CHANGED = "changed"
    EMPTY_FILE = "empty_file"
    EMPTY_FOLDER = "empty_folder"
    NOT_A_FILE = "not_a_file"
    OUTSIDE_LINK = "outside_link"
    TOO_LARGE = "too_large"
    TYPE_NOT_ACCEPTED = "type_not_accepted"
    CANNOT_CONVERT = "cannot_convert"
    BROKEN_PICTURE = "broken_picture"
    PREPARATION = "preparation"
    OFFLINE = "offline"
    TLS = "tls"
    PROXY = "proxy"
    CONNECTION_LOST = "connection_lost"
    STALLED = "stalled"
    SIGN_IN = "sign_in"
    NO_ACCESS = "no_access"
    REJECTED = "rejected"
    SERVICE_BUSY = "service_busy"
    SERVICE_FAILED = "service_failed"
    PROTOCOL = "protocol"
    LEFT_OUT = "left_out"
    URL_EXPIRED = "url_expired"
    URL_REFUSED = "url_refused"
    STORAGE_BUSY = "storage_busy"
    STORAGE_REFUSED = "storage_refused"
    DAMAGED = "damaged"
    JOURNAL = "journal"
    JOURNAL_IN_USE = "journal_in_use"
    JOURNAL_TOO_NEW = "journal_too_new"
    INTERNAL_ERROR = "internal_error"
    ALREADY_UPLOADED = "already_uploaded"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
