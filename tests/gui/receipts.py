"""Receipts as the engine builds them, for tests of what shows them."""

from __future__ import annotations

from typing import Any


def file(name: str = "a.jpg", state: str = "uploaded", **fields: Any) -> dict[str, Any]:
    """Make a file's entry."""
    sent = state in {"uploaded", "skipped"}
    reasons = {
        "failed": {"code": "changed", "message": "The file was changed while it was being sent."},
        "refused": {"code": "type_not_accepted", "message": "The register does not accept HEIC photos."},
        "skipped": {"code": "already_uploaded", "message": "It was uploaded to this anomaly before."},
        "pending": {"code": "interrupted", "message": "The program was closed before the file was sent."},
    }
    made = {
        "path": f"/evidence/{name}", "name": name, "mime_type": "image/jpeg", "size": 3_400_000,
        "sha256": "ab" * 32 if sent else None, "upload_id": "8d2f1c2e-1111-4222-8333-444455556666",
        "id": "1001" if sent else None, "state": state, "attempts": 1,
        "uploaded_at": "2025-03-12T08:30:05.000Z" if state == "uploaded" else None, "reason": reasons.get(state),
        "may_be_registered_twice": False,
    }  # fmt: skip
    return made | fields


def receipt(*files: dict[str, Any], anomaly_id: str = "4217") -> dict[str, Any]:
    """Make a receipt of them."""
    states = ("uploaded", "skipped", "failed", "refused", "cancelled", "pending")
    totals = {"files": len(files)} | {state: sum(one["state"] == state for one in files) for state in states}
    totals |= {"junk": 0, "bytes_uploaded": sum(one["size"] for one in files if one["state"] == "uploaded")}
    return {
        "schema": 1, "program": "uploader-gui 1.2.3", "anomaly_id": anomaly_id,
        "started_at": "2025-03-12T08:30:00.000Z", "finished_at": "2025-03-12T08:31:00.000Z", "totals": totals,
        "files": list(files),
    }  # fmt: skip
