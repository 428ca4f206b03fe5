"""Whether an address typed by a person can be a server's: the engine's own rule, asked early. Used by the settings."""

from __future__ import annotations

from uploader_gui.engine.addresses import check_base
from uploader_gui.engine.errors import UrlRefused


def is_usable_address(address: str) -> bool:
    """Tell whether tokens may go there: https, or http to this very machine; no user info, query or fragment."""
    try:
        check_base(address)
    except UrlRefused:
        return False
    return True
