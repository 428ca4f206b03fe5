"""Which addresses evidence and tokens may go to. The one rule for the API and for presigned URLs.

Standard library alone, so that a wrong setting is told before anything heavy is loaded.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from uploader_gui.engine.errors import Rejected, UrlRefused

if TYPE_CHECKING:
    from collections.abc import Iterator


MAX_LENGTH: Final = 65_536
"""Characters: httpx takes no more, and no server does."""
_LABEL: Final = re.compile(r"[a-z0-9_-]{1,63}", re.ASCII | re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)
"""What a host name ends in only where it is an IPv4 address, perhaps in hexadecimal or octal digits."""
_THIS_MACHINE: Final = re.compile(
    r"(.+\.)?localhost|localhost\.localdomain|localhost[46](\.localdomain[46])?|ip6-(localhost|loopback)",
    re.ASCII | re.IGNORECASE,
)
"""RFC 6761, and what /etc/hosts calls it on Debian and Red Hat."""
_THIS_NETWORK: Final = ipaddress.ip_network("0.0.0.0/8")
_HOLD_AN_IPV4: Final = tuple(map(ipaddress.ip_network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
"""IPv6 addresses whose last 32 bits are an IPv4 address: compatible, mapped, translated, NAT64."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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
    if port == 0 or not is_host(host) or ("[" in parts.netloc and ":" not in host) or len(url) > MAX_LENGTH:
        raise UrlRefused("it is not an address")
    if parts.scheme == "http" and not is_loopback(host):
        raise UrlRefused("it is not encrypted (http:)")
    return parts


def check_storage_address(url: str, *, local: bool) -> SplitResult:
    """Accept what `check_address` does, but plain http, loopback and link-local addresses only where `local`.

    `local`: the API is on this machine itself, so that its storage may be too. Addresses count as they are written, in
    whatever notation; names are not looked up.

    Raises:
        UrlRefused: see `check_address`.
    """
    parts = check_address(url)
    if not local and (parts.scheme != "https" or is_local(parts.hostname or "")):
        raise UrlRefused("it leads to this computer or its own network link")
    return parts


def check_base(url: str) -> None:
    """Accept the service's address, behind which paths are put: as `check_address` wants it, and no query after it.

    Raises:
        UrlRefused: `detail` says what is wrong with it.
    """
    check_address(url)
    if "?" in url or "#" in url:
        raise UrlRefused("it holds a ? or a #")


def is_host(host: str) -> bool:
    """Whether a host (in lower case, without brackets) is a name or an address that can be asked for at all."""
    if ":" in host:
        return "%" not in host and _ip_address(host) is not None  # a zone is good for one machine only
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):  # noqa: PLR2004 - RFC 1035
        return False
    return _NUMBER.fullmatch(labels[-1]) is None or any(_addresses(host))


def is_loopback(host: str) -> bool:
    """Say whether a host name can only be this machine."""
    address = _ip_address(host)
    return host == "localhost" if address is None else address.is_loopback


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, in any notation: `127.1`, `0x7f000001`, `[::ffff:127.0.0.1]`, `a.localhost.`."""
    if _THIS_MACHINE.fullmatch(host.removesuffix(".")):
        return True
    return any(one.is_loopback or one.is_unspecified or one in _THIS_NETWORK for one in _addresses(host))


def is_local(host: str) -> bool:
    """Whether a host is this machine or on its own link (169.254.0.0/16, fe80::/10), in any notation."""
    return is_this_machine(host) or any(address.is_link_local for address in _addresses(host))


def plain_host(host: str) -> str:
    """Return a host in the one form that all its notations share: lower case, no trailing dot, numbers as usual."""
    return str(next(_addresses(host), host.lower().removesuffix(".")))


def _addresses(host: str) -> Iterator[_Address]:
    """Yield every IP address that a host, as written, may be taken for; none where it is a name."""
    host = host.removesuffix(".").partition("%")[0]
    address = _ip_address(host)
    if address is not None:
        yield address
        yield from _held_by(address)
    elif all(map(_NUMBER.fullmatch, host.split("."))):
        yield from _other_notations(host)


def _other_notations(host: str) -> Iterator[_Address]:
    """Yield what short, decimal, octal and hexadecimal notation mean: to the system, and without octal digits."""
    try:
        yield ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return
    without_zeros = _ip_address(re.sub(r"\b0+(?=[0-9])", "", host))
    if without_zeros is not None:
        yield without_zeros


def _held_by(address: _Address) -> Iterator[_Address]:
    if isinstance(address, ipaddress.IPv6Address) and int(address) > 1:
        if any(address in network for network in _HOLD_AN_IPV4):
            yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if address.sixtofour is not None:
            yield address.sixtofour


def _ip_address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


ANOMALY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What the path of a request may hold: nothing that leads elsewhere in the service, tokens and all."""


def anomaly_address(api_url: str, anomaly_id: str) -> str:
    """Return an anomaly's address at the service.

    Raises:
        Rejected: it is no anomaly's ID, wherever it comes from; nothing is asked for it.
    """
    if not ANOMALY_ID.fullmatch(anomaly_id):
        raise Rejected(f"no anomaly ID: {anomaly_id!a}")
    return f"{api_url}/anomalies/v2/rs/{anomaly_id}"
