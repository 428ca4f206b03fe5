"""The system's proxy for an address, PAC included. May block: never for the window's thread.

On Linux the environment comes first, read as curl reads it; then what the desktop has set, which Qt finds. The engine,
which knows no Qt, gets `finder` as a function.
"""

from __future__ import annotations

import os
import re
import sys
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from uploader_gui.engine.addresses import is_host

if TYPE_CHECKING:
    from collections.abc import Callable


_DEFAULT_PORTS: Final = {"http": 1080, "https": 443}
"""The ports of proxies whose address has none, as curl has it."""


def system_proxy(url: str) -> str | None:
    """Return the system's proxy for an address, such as `http://proxy.example:3128`; None for a direct connection."""
    is_environment_first = sys.platform not in {"win32", "darwin"}
    if is_environment_first and (_environment_proxy(url) or _goes_around(url)):
        return _usable(_environment_proxy(url), url)
    try:
        from PySide6.QtCore import QUrl  # noqa: PLC0415 - heavy, and may be missing on a bare server
        from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery  # noqa: PLC0415 - as above
    except ImportError:
        return _usable(_environment_proxy(url), url)
    for proxy in QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url))):
        kind = proxy.type()
        if kind == QNetworkProxy.ProxyType.NoProxy:
            return None
        if kind == QNetworkProxy.ProxyType.Socks5Proxy:
            continue  # another kind of proxy may follow
        if proxy.hostName():
            return _url(proxy.hostName(), proxy.port(), proxy.user(), proxy.password())
    return None


def unusable_proxy(setting: str, url: str) -> str | None:
    """Return the environment's proxy for an address, without its password, if it cannot be used; else None.

    It is "" where the variable holds no address: a password may stand anywhere in it. The system's own proxy is not
    asked for, which may take long.
    """
    proxy = _usable(_environment_proxy(url), url) if setting == "system" else None
    if proxy is None or sys.platform in {"win32", "darwin"}:
        return None
    scheme, _, rest = proxy.partition("://")
    if scheme.lower() not in _DEFAULT_PORTS:
        return f"{scheme}://{rest.rpartition('@')[2]}"
    return None if is_address(proxy) else ""


def is_address(proxy: str) -> bool:
    """Return whether a proxy's address has a host, and a port that exists."""
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname or "", parts.port  # ValueError: beyond 65535, or no number
    except ValueError:
        return False
    return port != 0 and (is_host(host) if host.isascii() else host.isprintable())


def finder(setting: str) -> Callable[[str], str | None]:
    """Return the function that finds the proxy of an address; `setting` is "system", "none", or a proxy for all."""
    if setting == "system":
        return system_proxy
    return lambda _: None if setting == "none" else with_scheme(setting)


def with_scheme(address: str) -> str:
    """Return a proxy's address with its scheme: `proxy.example:3128` means `http://proxy.example:3128`."""
    return address if "://" in address else f"http://{address}"


def _url(host: str, port: int, user: str, password: str) -> str:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return f"http://{login}{host}:{port or 80}"


def _environment_proxy(url: str) -> str:
    """Return the proxy that the environment names for an address, "" without one.

    The lower-case variable comes first; an empty one counts as none. `all_proxy` is for schemes without their own.
    `HTTP_PROXY` does not count, as with curl: below a web server a visitor can set it.
    """
    own, shared = f"{urlsplit(url).scheme}_proxy", "all_proxy"
    names = (name for name in (own, own.upper(), shared, shared.upper()) if name != "HTTP_PROXY")
    return next(filter(None, (os.environ.get(name, "").strip() for name in names)), "")


def _usable(address: str, url: str) -> str | None:
    """Return a proxy's address with scheme and port, None for what `no_proxy` names.

    One of another kind (SOCKS) is returned as it is: to go around it would be against what was asked for.
    """
    if not address or _goes_around(url):
        return None
    address = with_scheme(address)
    scheme, _, rest = address.partition("://")
    if scheme.lower() not in _DEFAULT_PORTS:
        return address
    host, slash, path = rest.partition("/")
    has_port = re.search(r":[0-9]*$", host.rpartition("@")[2].rpartition("]")[2])
    return f"{scheme.lower()}://{host}{'' if has_port else f':{_DEFAULT_PORTS[scheme.lower()]}'}{slash}{path}"


def _goes_around(url: str) -> bool:
    """Return whether `no_proxy` names an address: by `*`, its host, a domain above it or its network.

    A port may follow each, which curl does not know, but other programs do.
    """
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    parts = urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)
    return named.strip() == "*" or any(_names(entry.lower(), host, port) for entry in re.split(r"[\s,]+", named))


def _names(entry: str, host: str, port: int) -> bool:
    if with_port := re.fullmatch(r"(\[.+]|[^:]+):([0-9]+)", entry):
        entry = with_port[1] if int(with_port[2]) == port else ""
    entry = entry.strip(".[]")
    if not entry:
        return False
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:  # one of them is a name
        return host == entry or (host.endswith(f".{entry}") and not host.replace(".", "").isdigit())
