"""Which addresses evidence and tokens may go to. The one rule for the API and for presigned URLs.

Standard library alone, so that a wrong setting is told before anything heavy is loaded.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from uploader_gui.engine.errors import UrlRefused


def check_address(url: str) -> SplitResult:
    """Accept https, or plain http on this machine; no user info. Give its parts.

    Raises:
        UrlRefused: anything else; `detail` says what is wrong with it, without the address itself.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except (ValueError, TypeError) as error:
        raise UrlRefused("it is not an address") from error
    if parts.scheme not in {"http", "https"} or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise UrlRefused("it is not an https address")
    if "@" in parts.netloc:
        raise UrlRefused("it holds a user name")
    if port == 0 or (parts.scheme == "http" and not is_loopback(host)):
        raise UrlRefused("it is not encrypted (http:)")
    return parts


def check_base(url: str) -> None:
    """Accept the service's address, behind which paths are put: as `check_address` wants it, and no query after it.

    Raises:
        UrlRefused: `detail` says what is wrong with it.
    """
    check_address(url)
    if "?" in url or "#" in url:
        raise UrlRefused("it holds a ? or a #")


def is_loopback(host: str) -> bool:
    """Say whether a host name can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
