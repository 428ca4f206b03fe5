"""What the system reports is told in our words, whatever its language; what has none is named."""

import errno
import os
import socket

import pytest

from uploader_gui.engine.system_words import connection_words, system_words
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
        (OSError(errno.ENOENT, "it is a link to nothing"), "it is a link to nothing"),
        (OSError("no number"), "no number"),
    ],
)
def test_what_we_say_ourselves_stays(error: OSError, words: str) -> None:
    assert system_words(error) == words


def test_another_error_is_named() -> None:
    assert system_words(OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))) == "ENOTEMPTY"


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
        (WindowsError(errno.EINVAL, 362), "WinError 362"),
    ],
)
def test_windows_own_number_says_more_than_what_python_makes_of_it(error: OSError, words: str) -> None:
    assert system_words(error) == words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "it refused the connection"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "this computer has no way to it"),
        (OSError(errno.EACCES, "Permission denied"), "a firewall of this computer does not let it through"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "its name is not known"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "no name can be looked up"),
        (WindowsError(errno.EINVAL, 1225), "it refused the connection"),
        (WindowsError(errno.EINVAL, 121), "no answer to the connection"),
    ],
)
def test_an_error_of_a_connection_is_told_as_one_of_the_server(error: OSError, words: str) -> None:
    assert connection_words(error) == words
    assert words in OWN_DETAILS
