"""The further certificate authority of the settings: whether it can be used. Asked by `config.py`.

Before anything else happens, for TLS itself would not name the file; it blocks where that lies on a share.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from uploader_gui.terminal import Lines

if TYPE_CHECKING:
    from pathlib import Path


def fault_of(ca_file: Path) -> str | None:
    """Give what is wrong with the file in words, None where it can be used."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        return Lines.NO_CERTIFICATE.text
    except OSError as error:
        return error.strerror or str(error)
    return None
