"""What an anomaly's ID looks like, and where the service keeps an anomaly. The only place that knows either.

Standard library alone: the command line asks too, before anything heavy is loaded.
"""

from __future__ import annotations

import re
from typing import Final

from uploader_gui.engine.errors import Rejected

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
