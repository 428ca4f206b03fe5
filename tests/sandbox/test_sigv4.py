"""botocore judges our presigned URLs, and its URLs our verdicts."""

from __future__ import annotations

import random
import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import botocore.session
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from uploader_gui.sandbox.sigv4 import S3Refusal, SignedRequest, Signer, presign, verify

if TYPE_CHECKING:
    import httpx

    from uploader_gui.sandbox import Sandbox

NOW = 1_741_768_200.0
SIGNER = Signer("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
URL = "http://127.0.0.1:9000/bucket/4217/1/porte%20coup%C3%A9e.jpg"
HEADERS = {"Content-Type": "image/jpeg"}


def botocores_url(signer: Signer, url: str, headers: dict[str, str], expires: int) -> str:
    request = AWSRequest("PUT", url, headers=headers)
    credentials = Credentials(signer.key_id, signer.secret)
    S3SigV4QueryAuth(credentials, signer.service, signer.region, expires).add_auth(request)
    assert isinstance(request.url, str)
    return request.url


def timestamp_of(url: str) -> float:
    match = re.search(r"X-Amz-Date=(\w+)", url)
    assert match
    return datetime.strptime(match[1] + "+0000", "%Y%m%dT%H%M%SZ%z").timestamp()


def request_for(url: str, headers: dict[str, str] | None = None, method: str = "PUT") -> SignedRequest:
    parts = urlsplit(url)
    given_headers = {"Host": parts.netloc, **(HEADERS if headers is None else headers)}
    return SignedRequest(
        method, parts.path, parts.query, tuple((name.lower(), value) for name, value in given_headers.items())
    )


def verdict(request: SignedRequest, now: float = NOW) -> str:
    try:
        verify(SIGNER, request, now=now)
    except S3Refusal as refusal:
        return f"{refusal.status} {refusal.code}: {refusal}"
    return "accepted"


def test_presigned_urls_equal_botocores_for_thousands_of_random_keys_and_headers() -> None:
    draw = random.Random(20250312)
    letters = "abcXYZ019-_.~ %+&=?#:@!$'()*,;[]/éçœß漢字🙂\u0301\u00a0"
    types = ("image/jpeg", "text/plain; charset=utf-8", "a  b   c", "message/rfc822")
    for _ in range(3000):
        signer = Signer(
            f"AK{draw.randbytes(6).hex()}",
            draw.randbytes(20).hex() + draw.choice("/+="),
            draw.choice(("eu-west-3", "us-east-1")),
        )
        key = "".join(draw.choices(letters, k=draw.randint(1, 60)))
        url = f"http://{draw.choice(('127.0.0.1:8080', 's3.example.com'))}/bucket/{quote(key, safe='/-_.~')}"
        headers = {"Content-Type": draw.choice(types)} if draw.random() < 0.8 else {}
        headers |= {"X-Amz-Meta-N": "1"} if draw.random() < 0.3 else {}
        expires = draw.randint(1, 604_800)
        theirs = botocores_url(signer, url, headers, expires)
        assert presign(signer, url, headers=headers, now=timestamp_of(theirs), expires=expires) == theirs


def test_presigned_urls_of_botocores_client_are_accepted_over_the_wire(sandbox: Sandbox, s3: httpx.Client) -> None:
    origin = sandbox.api_url.removesuffix("/main")
    amazon = botocore.session.Session().create_client(
        "s3",
        region_name=sandbox.signer.region,
        endpoint_url=origin,
        aws_access_key_id=sandbox.signer.key_id,
        aws_secret_access_key=sandbox.signer.secret,
        config=Config(
            signature_version="s3v4", s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
        ),
    )
    for key in (
        "DEMO-1/1/a.txt",
        "DEMO-1/2/relevé 100 % + #2 & co.txt",
        "DEMO-1/3/~é'(x)*!.txt",
        "DEMO-1/4/漢字 🙂.txt",
    ):
        where = {"Bucket": "bucket", "Key": key, "ContentType": "text/plain"}
        url = amazon.generate_presigned_url("put_object", Params=where, ExpiresIn=60)
        assert s3.put(url, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 200
    amazon.close()
    assert len(list((sandbox.objects / "DEMO-1").iterdir())) == 4


def test_further_parameters_are_covered_wherever_they_stand_in_the_query() -> None:
    theirs = botocores_url(SIGNER, f"{URL}?z=1&a=%2F", HEADERS, 60)
    first, *others = urlsplit(theirs).query.split("&")
    turned = theirs.partition("?")[0] + "?" + "&".join([*others, first])
    for url in (theirs, turned):
        assert verdict(request_for(url), timestamp_of(url)) == "accepted"
    assert verdict(request_for(turned.replace("z=1", "z=2")), timestamp_of(turned)).startswith("403")


def test_a_url_of_ours_is_accepted_to_its_last_second_and_expired_after_it() -> None:
    request = request_for(presign(SIGNER, URL, headers=HEADERS, now=NOW, expires=60))
    assert verdict(request, NOW + 60) == "accepted"
    assert verdict(request, NOW + 60.1) == "403 AccessDenied: Request has expired"
    assert verdict(request, NOW - 890) == "accepted"
    assert verdict(request, NOW - 910) == "403 AccessDenied: Request is not valid yet"


def test_blanks_in_a_signed_header_are_folded_as_the_signature_folds_them() -> None:
    url = presign(SIGNER, URL, headers=HEADERS, now=NOW, expires=60)
    assert verdict(request_for(url, {"Content-Type": "  image/jpeg "})) == "accepted"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("porte", "p0rte"),
        ("%C3%A9", "%c3%a9"),
        ("/1/", "/2/"),
        ("Expires=60", "Expires=61"),
        ("Signature=", "Signature=0"),
        ("?", "?x-id=PutObject&"),
        ("Date=20250312T083000Z", "Date=20250312T083001Z"),
    ],
)
def test_a_url_changed_anywhere_is_refused(old: str, new: str) -> None:
    url = presign(SIGNER, URL, headers=HEADERS, now=NOW, expires=60)
    assert url.count(old) >= 1
    assert verdict(request_for(url.replace(old, new, 1))).startswith("403 SignatureDoesNotMatch")


def test_another_method_another_host_and_another_type_are_refused() -> None:
    url = presign(SIGNER, URL, headers=HEADERS, now=NOW, expires=60)
    for changed in (
        request_for(url, method="POST"),
        request_for(url, {"Content-Type": "image/png"}),
        request_for(url.replace("127.0.0.1", "localhost")),
    ):
        assert verdict(changed).startswith("403 SignatureDoesNotMatch")


def test_a_signed_header_that_is_missing_and_an_amz_header_that_is_unsigned_are_refused() -> None:
    url = presign(SIGNER, URL, headers=HEADERS, now=NOW, expires=60)
    assert verdict(request_for(url, {})).startswith("403 AccessDenied: There were headers present")
    extra = {**HEADERS, "X-Amz-Acl": "public-read"}
    assert verdict(request_for(url, extra)).startswith("403 AccessDenied: There were headers present")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("AKIDEXAMPLE", "AKIDSOMEONE", "403 InvalidAccessKeyId"),
        ("eu-west-3", "us-east-1", "400 AuthorizationQueryParametersError"),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", "400 AuthorizationQueryParametersError"),
        ("X-Amz-Expires=60", "X-Amz-Expires=604801", "400 AuthorizationQueryParametersError"),
        ("X-Amz-Expires=60", "X-Amz-Expires=-60", "400 AuthorizationQueryParametersError"),
        ("X-Amz-Expires=60", "X-Amz-Expires=60&X-Amz-Expires=60", "400 AuthorizationQueryParametersError"),
        ("X-Amz-Expires=60&", "", "400 AuthorizationQueryParametersError"),
        ("083000Z", "083000", "400 AuthorizationQueryParametersError"),
        ("20250312T", "20251340T", "400 AuthorizationQueryParametersError"),
        ("content-type%3Bhost", "content-type", "400 AuthorizationQueryParametersError"),
    ],
)
def test_a_malformed_query_is_refused_with_s3s_own_code(old: str, new: str, said: str) -> None:
    url = presign(SIGNER, URL, headers=HEADERS, now=NOW, expires=60)
    assert old in url
    assert verdict(request_for(url.replace(old, new, 1))).startswith(said)


def test_a_request_that_is_not_presigned_is_denied() -> None:
    assert verdict(request_for(URL)) == "403 AccessDenied: Access Denied"


@given(st.dictionaries(st.sampled_from(["Algorithm", "Credential", "Date", "Expires", "SignedHeaders"]), st.text()))
@settings(max_examples=300, deadline=None)
def test_no_query_whatever_makes_the_verdict_fail_otherwise_than_by_refusing(changes: dict[str, str]) -> None:
    url = presign(SIGNER, URL, headers=HEADERS, now=NOW, expires=60)
    for name, value in changes.items():
        url = re.sub(rf"X-Amz-{name}=[^&]*", f"X-Amz-{name}={quote(value)}", url)
    verdict(request_for(url))


def test_the_secret_is_not_shown() -> None:
    assert SIGNER.secret not in repr(SIGNER)
