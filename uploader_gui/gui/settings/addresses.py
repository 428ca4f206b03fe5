"""Whether an address typed by a person can be a server's. Used by the settings.

The engine judges again by its own rule (`engine/addresses.py`); this one also knows what only a person would type.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_usable_address(address: str) -> bool:
    """Tell whether tokens may go there: https, or http to this very machine; no user info, query or fragment."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    if not host or parts.username is not None or parts.query or parts.fragment or " " in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
