"""The system's proxy for an address, PAC included. May block: never for the window's thread.

Qt finds it; the engine, which knows no Qt, gets `finder` as a function.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


_UPPER_CASE: Final = ("HTTPS_PROXY", "HTTP_PROXY")
"""On Linux Qt reads these variables only in lower case; curl, git and Python read both."""


def system_proxy(url: str) -> str | None:
    """Return the system's proxy for an address, such as `http://proxy.example:3128`; None for a direct connection."""
    try:
        from PySide6.QtCore import QUrl  # noqa: PLC0415 - heavy, and may be missing on a bare server
        from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery  # noqa: PLC0415 - as above
    except ImportError:
        return _environment_proxy(url)
    for proxy in QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url))):
        kind = proxy.type()
        if kind == QNetworkProxy.ProxyType.NoProxy:
            return _environment_proxy(url) if _has_upper_case_variable() else None
        if kind == QNetworkProxy.ProxyType.Socks5Proxy:
            continue  # another kind of proxy may follow
        if proxy.hostName():
            return _url(proxy.hostName(), proxy.port(), proxy.user(), proxy.password())
    return None


def _has_upper_case_variable() -> bool:
    return sys.platform.startswith("linux") and any(name in os.environ for name in _UPPER_CASE)


def finder(setting: str) -> Callable[[str], str | None]:
    """Return the function that finds the proxy of an address; `setting` is "system", "none", or a proxy for all."""
    if setting == "system":
        return system_proxy
    return lambda _: None if setting == "none" else setting


def _url(host: str, port: int, user: str, password: str) -> str:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return f"http://{login}{host}:{port or 80}"


def _environment_proxy(url: str) -> str | None:
    """Return the HTTP proxy that `https_proxy` and `no_proxy` give, in upper or lower case; None without one."""
    import urllib.request  # noqa: PLC0415 - heavy, and seldom needed

    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxy = urllib.request.getproxies_environment().get(parts.scheme, "")
    address = proxy if "://" in proxy or not proxy else f"http://{proxy}"
    return address if address.lower().startswith(("http://", "https://")) else None
