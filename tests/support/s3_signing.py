"""Presigned URLs made by botocore, AWS's own library: what a real service would hand out. For `s3_servers`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


@dataclass(frozen=True, slots=True)
class S3Signer:
    """Signs requests to one endpoint with path-style addressing."""

    endpoint: str
    key_id: str
    secret: str = field(repr=False)
    region: str

    def presign(
        self,
        method: str,
        path: str,
        expires: int,
        *,
        headers: Mapping[str, str] | None = None,
        issued_at: float | None = None,
    ) -> str:
        """Return a presigned URL for a bucket and a key, with headers that the request then has to carry.

        `expires` is its life in seconds, `issued_at` in seconds since 1970, now by default.
        """
        url = f"{self.endpoint}/{quote(path, safe='/~')}"
        request = AWSRequest(method=method, url=url, headers=dict(headers or {}), params={})
        auth = _DatedAuth(Credentials(self.key_id, self.secret), "s3", self.region, expires)
        auth.issued = datetime.now(UTC) if issued_at is None else datetime.fromtimestamp(issued_at, UTC)
        auth.add_auth(request)
        return str(request.url)


class _DatedAuth(S3SigV4QueryAuth):  # type: ignore[misc] # botocore publishes no types
    """botocore's signing, at a moment of our choice: its own `add_auth` knows only now."""

    issued: datetime

    def add_auth(self, request: Any) -> None:
        """Sign as `SigV4Auth.add_auth` does, step by step."""
        request.context["timestamp"] = self.issued.strftime(SIGV4_TIMESTAMP)
        self._modify_request_before_signing(request)
        to_sign = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(to_sign, request))
