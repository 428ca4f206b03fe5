"""Journals with something in them, for the tests of what can happen to one."""

from pathlib import Path

from tests.engine.values import a_put, an_upload
from uploader_gui.engine.journal.journal import Journal

API = "https://api.example/main"


def filled(path: Path, count: int = 300) -> list[str]:
    """Make a journal of several pages, and give the ids in it."""
    journal = Journal(path)
    uploads = [an_upload(presigned=a_put()) for _ in range(count)]
    journal.add(uploads, API)
    journal.close()
    return [upload.upload_id for upload in uploads]
