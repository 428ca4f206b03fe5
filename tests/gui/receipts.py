"""Receipts as the engine builds them, for tests of what shows them."""

from typing import Any, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import Reason
from uploader_gui.engine.receipt import Receipt, ReceiptFile, ReceiptState

BEGAN: Final = 1_741_768_200.0
"""2025-03-12T08:30:00Z."""
_REASONS: Final = {
    "failed": (Reason(Code.CHANGED), "The file was changed while it was being sent."),
    "refused": (Reason(Code.TYPE_NOT_ACCEPTED, detail="HEIC"), "The register does not accept HEIC photos."),
    "skipped": (Reason(Code.ALREADY_UPLOADED), "It was uploaded to this anomaly before."),
    "pending": (Reason(Code.INTERRUPTED), "It was not sent yet when the receipt was made."),
}


def file(name: str = "a.jpg", state: str = "uploaded", **fields: Any) -> ReceiptFile:
    sent = state in {"uploaded", "skipped"}
    reason, message = _REASONS.get(state, (None, ""))
    made: dict[str, Any] = {
        "path": f"/evidence/{name}", "name": name, "media_type": "image/jpeg", "size": 3_400_000,
        "sha256": "ab" * 32 if sent else None, "upload_id": "8d2f1c2e-1111-4222-8333-444455556666",
        "service_id": "1001" if sent else None, "state": ReceiptState(state), "attempts": 1,
        "uploaded_at": BEGAN + 5 if state == "uploaded" else None, "reason": reason, "message": message,
    }  # fmt: skip
    return ReceiptFile(**(made | fields))


def receipt(*files: ReceiptFile, **fields: Any) -> Receipt:
    made: dict[str, Any] = {
        "program": "uploader-gui 1.2.3",
        "anomaly_id": "4217",
        "started_at": BEGAN,
        "finished_at": BEGAN + 60,
    }
    return Receipt(**(made | fields), files=files)
