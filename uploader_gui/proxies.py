"""The system's proxy for an address (PAC included), as a plain value. May block: never on the window's thread.

Handed by `config.py` to the engine, which knows no Qt, and to the test of the connection.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


_SHOUTED: Final = ("HTTPS_PROXY", "HTTP_PROXY")
"""On Linux Qt reads these variables in lower case alone; curl, git and Python take both."""


def system_proxy(url: str) -> str | None:
    """Give the proxy the system wants for an address, such as `http://proxy.example:3128`; None: the direct way."""
    try:
        from PySide6.QtCore import QUrl  # noqa: PLC0415 - heavy, and may be missing on a bare server
        from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery  # noqa: PLC0415 - as above
    except ImportError:
        return _environment_proxy(url)
    for proxy in QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url))):
        kind = proxy.type()
        if kind == QNetworkProxy.ProxyType.NoProxy:
            return _environment_proxy(url) if _shouted() else None
        if kind == QNetworkProxy.ProxyType.Socks5Proxy:
            continue  # another kind of proxy may follow
        if proxy.hostName():
            return _url(proxy.hostName(), proxy.port(), proxy.user(), proxy.password())
    return None


def _shouted() -> bool:
    return sys.platform.startswith("linux") and any(name in os.environ for name in _SHOUTED)


def finder(setting: str) -> Callable[[str], str | None]:
    """Give what finds the proxy for an address, as set: "system", "none", or one proxy for all addresses."""
    if setting == "system":
        return system_proxy
    return lambda _: None if setting == "none" else setting


def _url(host: str, port: int, user: str, password: str) -> str:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return f"http://{login}{host}:{port or 80}"


def _environment_proxy(url: str) -> str | None:
    """Give what `https_proxy` and `no_proxy` say, in any case of letters; only what is an HTTP proxy."""
    import urllib.request  # noqa: PLC0415 - heavy, and hardly ever asked for

    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxy = urllib.request.getproxies_environment().get(parts.scheme, "")
    whole = proxy if "://" in proxy or not proxy else f"http://{proxy}"
    return whole if whole.lower().startswith(("http://", "https://")) else None
