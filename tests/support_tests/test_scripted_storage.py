"""`ScriptedStorage` stores presigned PUTs as S3 does, refuses what S3 refuses, and fails exactly as told."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.scripted_storage import ScriptedStorage

BODY = b"x" * 300_000


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


def test_a_tampered_url_and_another_content_type_than_the_signed_one_are_refused(
    scripted_storage: ScriptedStorage, client: httpx.Client
) -> None:
    url = scripted_storage.url_for("k", content_type="image/png")
    assert client.put(url, content=BODY, headers={"Content-Type": "image/png"}).status_code == 200
    tampered = url.replace("X-Amz-Expires=900", "X-Amz-Expires=901")
    for answer in (client.put(url, content=BODY), client.put(tampered, content=BODY)):
        assert (answer.status_code, "<Code>SignatureDoesNotMatch</Code>" in answer.text) == (403, True)


@pytest.mark.parametrize("header", ["Authorization", "X-Session-Token", "Cookie", "Transfer-Encoding"])
def test_tokens_cookies_and_a_chunked_body_are_violations(
    scripted_storage: ScriptedStorage, client: httpx.Client, header: str
) -> None:
    content = iter([b"small"]) if header == "Transfer-Encoding" else BODY
    headers = {} if header == "Transfer-Encoding" else {header: "secret"}
    answer = client.put(scripted_storage.url_for("k"), content=content, headers=headers)
    assert (answer.status_code, "<Code>InvalidArgument</Code>" in answer.text) == (400, True)
    assert f"k, attempt 1: header {header}" in scripted_storage.violations
    assert scripted_storage.objects == {}
    scripted_storage.violations.clear()
