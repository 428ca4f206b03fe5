"""The values of the settings dialog, by the names of `settings.Settings`.

In a file of its own, so that the program's start loads neither pydantic nor the dialog's pages for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from uploader_gui.engine.addresses import check_base
from uploader_gui.engine.errors import UrlRefused


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """What a person can change in the settings dialog.

    Attributes:
        api_url: the service.
        size_unit: `Mo` or `bytes`.
        max_concurrent_uploads: 1 to 16.
        language: `system`, `fr` or `en`.
        bandwidth_limit: megaoctets per second for all files together, 0 for none.
        proxy: `system`, `none`, or an address.
        ca_file: the file of an additional certificate authority, "" for none.
        theme: `system`, `light` or `dark`.
        refused_pictures: what to do with photos that the register refuses: `ask`, `convert` or `zip`.
        refused_others: the same of other files: `ask` or `zip`.
        history_days: how long finished deposits stay in History, 1 to 36,500.
    """

    api_url: str
    size_unit: str = "Mo"
    max_concurrent_uploads: int = 6
    language: str = "system"
    bandwidth_limit: float = 0.0
    proxy: str = "system"
    ca_file: str = ""
    theme: str = "system"
    refused_pictures: str = "ask"
    refused_others: str = "ask"
    history_days: int = 400


def is_usable_address(address: str) -> bool:
    """Return whether tokens may be sent there: https, or http on loopback; no user info, query or fragment."""
    try:
        check_base(address)
    except UrlRefused:
        return False
    return True
