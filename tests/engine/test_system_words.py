"""What the system reports is told in our words, whatever its language; what has none is named."""

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


class WindowsError(OSError):
    """As Python has it on Windows: its own number is beside the one that Python made of it."""

    def __init__(self, number: int, winerror: int) -> None:
        super().__init__(number, "the words of Windows")
        self.winerror = winerror


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WindowsError(errno.ENOENT, 53), "its network drive cannot be reached"),
        (WindowsError(errno.EINVAL, 59), "its network drive cannot be reached"),
        (WindowsError(errno.EACCES, 23), "the disk reported an error"),
        (WindowsError(errno.EACCES, 21), "its device is not there"),
        (WindowsError(errno.EINVAL, 1326), "there is no permission for it"),
        (WindowsError(errno.EINVAL, 123), "its path is not valid"),
        (WindowsError(errno.ENOENT, 2), "there is no such file or folder"),
        (WindowsError(errno.EINVAL, 362), "Windows error 362"),
    ],
)
def test_windows_own_number_says_more_than_what_python_makes_of_it(error: OSError, words: str) -> None:
    assert system_words(error) == words
