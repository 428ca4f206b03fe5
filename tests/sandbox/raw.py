"""A bare connection: sends bytes as they are, and reads answers, also half and early ones."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """Connect to where a URL points, and reset the connection at the end."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        yield connection


def put_head(url: str, *headers: str) -> bytes:
    """The head of a PUT to a URL; Host is added."""
    parts = urlsplit(url)
    lines = [f"PUT {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def answer_of(connection: socket.socket) -> bytes:
    """Everything the server says until it closes; empty where it only resets."""
    said = b""
    try:
        while block := connection.recv(65_536):
            said += block
    except ConnectionResetError:
        pass
    return said
