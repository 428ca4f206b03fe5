"""Uploads and sources for tests that need some value and not a file on the disk."""

import uuid
from pathlib import Path
from typing import Any

from uploader_gui.engine.models import PresignedPut, Source, Upload, UploadId

URL = "https://bucket.s3.eu-west-3.amazonaws.com/key?X-Amz-Signature=5ec2e7"


def a_source(name: str = "porte coupée.jpg", **fields: Any) -> Source:
    """Make a source; what it describes does not exist."""
    path = fields.pop("path", Path("/evidence") / name)
    defaults: dict[str, Any] = {"media_type": "image/jpeg", "size": 2_500_000, "mtime_ns": 1_741_768_200_123_456_789}
    return Source(path, path, name, **defaults | fields)


def an_upload(anomaly_id: str = "4217", *, source: Source | None = None, **fields: Any) -> Upload:
    return Upload(UploadId(str(uuid.uuid4())), anomaly_id, source or a_source(), fields.pop("order", 0), **fields)


def a_put(url: str = URL, service_id: str = "1001") -> PresignedPut:
    """Make a presigned PUT that lives until 2033."""
    return PresignedPut(url, service_id, 2_000_000_000.5, 900.0)
