"""A running sandbox, a client with its tokens, and a registration to send."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from uploader_gui.sandbox import Sandbox

Wish = dict[str, Any]

# The sandbox speaks plain http; loading the trust store for each client would take most of the time.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path / "sandbox")
    running.start()
    yield running
    running.stop()


def signed_in(sandbox: Sandbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox.bearer_token}", "X-Session-Token": sandbox.session_token}


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=sandbox.api_url, headers=signed_in(sandbox), trust_env=False, verify=NO_TLS
    ) as with_tokens:
        yield with_tokens


@pytest.fixture
def registered_at(s3: httpx.Client) -> Callable[[Sandbox], str]:
    """Register one photo with a sandbox, and give its URL."""

    def ask(sandbox: Sandbox) -> str:
        answer = s3.post(f"{sandbox.api_url}/anomalies/v2/rs/4217/images", json=[wish()], headers=signed_in(sandbox))
        return str(answer.json()["uploads"][0]["presignedUrl"])

    return ask


@pytest.fixture
def s3() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, verify=NO_TLS) as stranger:
        yield stranger


@pytest.fixture
def register(client: httpx.Client) -> Callable[..., list[dict[str, str]]]:
    def ask(*names: str, anomaly: str = "4217", mime_type: str = "image/jpeg") -> list[dict[str, str]]:
        wishes = [wish(name=name, mimeType=mime_type) for name in names]
        answer = client.post(f"/anomalies/v2/rs/{anomaly}/images", json=wishes)
        assert answer.status_code == 200, answer.text
        by_id = {upload["uploadId"]: upload for upload in answer.json()["uploads"]}
        return [by_id[w["uploadId"]] for w in wishes]

    return ask


def wish(**changes: Any) -> Wish:
    """One file of a registration as the service wants it, but for the changes."""
    return {"uploadId": str(uuid4()), "name": "porte.jpg", "mimeType": "image/jpeg", "size": 1, **changes}
