"""What the system reports is told in our words, whatever its language; what has none is named."""

from __future__ import annotations

import errno
import os

import pytest

from uploader_gui.engine.system_words import system_words
from uploader_gui.failure_messages import OWN_DETAILS

FAMILIAR = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EFBIG, errno.EIO, errno.ENOENT, errno.ENOTDIR),
    *(errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL, errno.EBUSY, errno.EMFILE),
    *(errno.ENOMEM, errno.ETIMEDOUT, errno.ENOTCONN, errno.ENODEV),
)


@pytest.mark.parametrize("number", FAMILIAR, ids=errno.errorcode.get)
def test_a_familiar_error_is_told_in_words_that_can_be_translated(number: int) -> None:
    assert system_words(OSError(number, os.strerror(number))) in OWN_DETAILS


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY)), "ENOTEMPTY"),
        (
            OSError(errno.ENOENT, "it is a link, and what it leads to is not there"),
            "it is a link, and what it leads to is not there",
        ),
        (OSError("no number"), "no number"),
    ],
)
def test_another_error_is_named_and_what_we_say_ourselves_stays(error: OSError, words: str) -> None:
    assert system_words(error) == words
