"""Which addresses evidence and tokens may go to: one rule for the API and for presigned URLs.

Standard library only, so that a wrong setting is reported before anything heavy is loaded.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from uploader_gui.engine.errors import Rejected, UrlRefused, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator


MAX_LENGTH: Final = 65_536
"""In characters; httpx and servers accept no more."""
_LABEL: Final = re.compile(r"[a-z0-9_-]{1,63}", re.ASCII | re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)
"""The last label of an IPv4 address, perhaps hexadecimal or octal; no host name ends so."""
_THIS_MACHINE: Final = re.compile(
    r"(.+\.)?localhost|localhost\.localdomain|localhost[46](\.localdomain[46])?|ip6-(localhost|loopback)",
    re.ASCII | re.IGNORECASE,
)
"""The names of RFC 6761, and of /etc/hosts on Debian and Red Hat."""
_THIS_NETWORK: Final = ipaddress.ip_network("0.0.0.0/8")
_IPV4_INSIDE: Final = tuple(map(ipaddress.ip_network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
"""IPv6 addresses whose last 32 bits are an IPv4 address: compatible, mapped, translated, NAT64."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_address(url: str) -> SplitResult:
    """Return the parts of an https address, or of an http address on this machine; user info is refused.

    Raises:
        UrlRefused: it is neither; `detail` says what is wrong with it, without the address itself.
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
    """Return an address's parts as `check_address` does; plain http, loopback and link-local only where `local`.

    `local`: the API is on this machine, so its storage may be too. IP addresses count in every notation; names are not
    looked up.

    Raises:
        UrlRefused: see `check_address`.
    """
    parts = check_address(url)
    if not local and (parts.scheme != "https" or is_local(parts.hostname or "")):
        raise UrlRefused("it leads to this computer or its own network link")
    return parts


def check_base(url: str) -> None:
    """Check the service's address, to which paths are appended: as `check_address`, and without a query.

    Raises:
        UrlRefused: `detail` says what is wrong with it.
    """
    check_address(url)
    if "?" in url or "#" in url:
        raise UrlRefused("it holds a ? or a #")


def is_host(host: str) -> bool:
    """Whether a host (in lower case, without brackets) is a valid name or IP address."""
    if ":" in host:
        return "%" not in host and _ip_address(host) is not None  # a zone is valid on one machine only
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):  # noqa: PLR2004 - RFC 1035
        return False
    return _NUMBER.fullmatch(labels[-1]) is None or any(_addresses(host))


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine: `localhost` or a loopback address in its usual notation."""
    address = _ip_address(host)
    return host == "localhost" if address is None else address.is_loopback


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, in any notation: `127.1`, `0x7f000001`, `[::ffff:127.0.0.1]`, `a.localhost.`."""
    if _THIS_MACHINE.fullmatch(host.removesuffix(".")):
        return True
    return any(
        address.is_loopback or address.is_unspecified or address in _THIS_NETWORK for address in _addresses(host)
    )


def is_local(host: str) -> bool:
    """Whether a host is this machine or on its own link (169.254.0.0/16, fe80::/10), in any notation."""
    return is_this_machine(host) or any(address.is_link_local for address in _addresses(host))


def plain_host(host: str) -> str:
    """Return a host in one normal form for all its notations: lower case, no trailing dot, IP addresses as usual."""
    return str(next(_addresses(host), host.lower().removesuffix(".")))


def _addresses(host: str) -> Iterator[_Address]:
    """Yield every IP address that a host may be read as; nothing for a name."""
    host = host.removesuffix(".").partition("%")[0]
    address = _ip_address(host)
    if address is not None:
        yield address
        yield from _ipv4_inside(address)
    elif all(map(_NUMBER.fullmatch, host.split("."))):
        yield from _other_notations(host)


def _other_notations(host: str) -> Iterator[_Address]:
    """Yield what short, decimal, octal or hexadecimal notation means: to the system, and read without octal."""
    import socket  # noqa: PLC0415 - not needed for the first paint

    try:
        yield ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return
    without_zeros = _ip_address(re.sub(r"\b0+(?=[0-9])", "", host))
    if without_zeros is not None:
        yield without_zeros


def _ipv4_inside(address: _Address) -> Iterator[_Address]:
    if isinstance(address, ipaddress.IPv6Address) and int(address) > 1:
        if any(address in network for network in _IPV4_INSIDE):
            yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if address.sixtofour is not None:
            yield address.sixtofour


def _ip_address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


ANOMALY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Characters that are safe in the path of a request: an ID must not lead elsewhere in the service."""


def anomaly_address(api_url: str, anomaly_id: str) -> str:
    """Return an anomaly's address at the service.

    Raises:
        Rejected: it is not the ID of an anomaly, so no request is made.
    """
    if not ANOMALY_ID.fullmatch(anomaly_id):
        raise Rejected(f"{anomaly_id!a}", variant=Variant.NO_ANOMALY_ID)
    return f"{api_url}/anomalies/v2/rs/{anomaly_id}"
