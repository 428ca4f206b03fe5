"""What can be read off a presigned URL: when it expires, and which headers it signs."""

from contextlib import suppress
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from hypothesis import example, given, settings
from hypothesis import strategies as st

from uploader_gui.engine.errors import UrlRefused, Variant
from uploader_gui.engine.net.client import check_url
from uploader_gui.engine.transfer.presigned_url import (
    MAX_LIFETIME,
    expiry_of,
    further_headers,
    place_of,
    signed_headers,
)

SIGNED = 1_741_768_200.0
NOTHING = (None, None)


def botocores_url(version: str, **put: str) -> str:
    client: Any = botocore.session.Session().create_client(
        "s3",
        "eu-west-3",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(signature_version=version),
    )
    url = client.generate_presigned_url("put_object", Params={"Bucket": "b", "Key": "k é", **put}, ExpiresIn=900)
    assert isinstance(url, str)
    return url


def v4(date: str = "20250312T083000Z", expires: str = "900") -> str:
    return f"https://b.example/k?X-Amz-Date={date}&X-Amz-Expires={expires}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (v4(), (SIGNED + 900, 900.0)),
        ("https://b/k?x-amz-date=20250312T083000Z&X-AMZ-EXPIRES=900", (SIGNED + 900, 900.0)),
        ("https://b.example/k?AWSAccessKeyId=A&Signature=s&Expires=1741769100", (1_741_769_100.0, None)),
        (v4(expires="0"), (SIGNED, 0.0)),
        (v4(expires="-5"), (SIGNED - 5, 0.0)),
        (v4(expires="604800"), (SIGNED + 604_800, 604_800.0)),
        *((v4(expires=absurd), (SIGNED + MAX_LIFETIME, MAX_LIFETIME)) for absurd in ("604801", "9" * 300)),
        *((v4(expires=absurd), NOTHING) for absurd in ("9" * 400, "9" * 5_000, "900.5", "soon", "")),
        *((v4(date), NOTHING) for date in ("20250312T083000", "20251312T083000Z", "2025-03-12T08:30:00Z", "")),
        (v4("99991231T235959Z", "604800"), (253_402_300_799.0 + 604_800, 604_800.0)),
        *((f"https://b/k?Expires={absurd}", NOTHING) for absurd in ("", "soon", "9" * 400, "9" * 5_000, "1e9")),
    ],
)
def test_the_life_of_a_url_is_read_and_absurd_figures_are_bounded_or_say_nothing(
    url: str, expected: tuple[float | None, float | None]
) -> None:
    assert expiry_of(url) == expected


def test_botocores_own_urls_are_read() -> None:
    expires_at, lifetime = expiry_of(botocores_url("s3v4"))
    old_expires_at, old_lifetime = expiry_of(botocores_url("s3"))
    assert (lifetime, old_lifetime) == (900.0, None)
    assert expires_at is not None
    assert old_expires_at == pytest.approx(expires_at, abs=5)
    assert signed_headers(botocores_url("s3v4")) == {"host"}
    assert signed_headers(botocores_url("s3v4", ContentType="image/png")) == {"host", "content-type"}
    assert "x-amz-acl" in signed_headers(botocores_url("s3v4", ACL="private"))


@pytest.mark.parametrize(
    "url", ["https://b.example/k", "https://b.example/k?", "", "?", "https://[", "https://b?" + "a=1&" * 101]
)
def test_a_url_that_says_nothing_says_nothing(url: str) -> None:
    assert expiry_of(url) == NOTHING
    assert signed_headers(url) == {"host"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        *((names, {"content-type", "host"}) for names in ("content-type%3Bhost", "Content-Type;HOST")),
        ("host", {"host"}),
        ("host%3B%3Bx-amz-acl%3B", {"host", "x-amz-acl"}),
    ],
)
def test_signed_headers_are_told_in_lower_case(names: str, expected: set[str]) -> None:
    assert signed_headers(f"https://b.example/k?X-Amz-SignedHeaders={names}") == expected


PLACE = "https://b.example/k?versionId=1"
IN_S3 = "https://b.s3.eu-west-3.amazonaws.com/k/l?X-Amz-Signature=1"


@pytest.mark.parametrize(
    ("url", "same_as", "another_than"),
    [
        ("https://B.EXAMPLE:443/k?versionId=1&X-Amz-Date=a", PLACE, None),
        ("https://b.example/k?AWSAccessKeyId=a&versionId=1&Signature=b&Expires=1", PLACE, None),
        ("https://b.example", "https://b.example/", None),
        ("http://b.example/k?versionId=1", None, PLACE),
        ("https://c.example/k?versionId=1", None, PLACE),
        ("https://b.example:444/k?versionId=1", None, PLACE),
        ("https://b.example/k?versionId=2", None, PLACE),
        ("https://b.example/k?version=1", None, PLACE),
        ("https://b.example/?versionId=1", None, PLACE),
        ("https://b.example?versionId=1", None, PLACE),
        ("https://[", None, PLACE),
        ("https://[a", None, "https://[b"),
        ("https://s3.eu-west-3.amazonaws.com/b/k/l", IN_S3, None),
        ("https://S3.eu-west-3.amazonaws.com./b/k%2Fl?X-Amz-Signature=0", IN_S3, None),
        ("https://s3.eu-west-3.amazonaws.com/b/b/k/l", None, IN_S3),
        ("https://s3.eu-west-3.amazonaws.com/c/k/l", None, IN_S3),
        ("https://s3.eu-west-3.amazonaws.com/b", None, IN_S3),
        ("https://s3.eu-west-3.amazonaws.com.example/b/k/l", None, IN_S3),
    ],
)
def test_a_place_is_scheme_host_port_path_and_query_wherever_the_bucket_stands(
    url: str, same_as: str | None, another_than: str | None
) -> None:
    assert same_as is None or place_of(url) == place_of(same_as)
    assert another_than is None or place_of(url) != place_of(another_than)


@pytest.mark.parametrize(
    ("names", "variant", "shown"),
    [
        ("te", Variant.HEADER_CHOSEN, "te"),
        ("a" * 100, Variant.HEADER_CHOSEN, "a" * 60),
        ("x-amz-a%00%0A", Variant.HEADER_CHOSEN, "x-amz-a"),
        ("x-amz-a", Variant.HEADER_UNKNOWN, "x-amz-a"),
        ("content-length&content-length=5", Variant.HEADER_CHOSEN, "content-length"),
        ("x-amz-a&x-amz-a=%0A", Variant.HEADER_UNSENDABLE, "x-amz-a"),
        ("content-encoding&content-encoding=AWS-chunked", Variant.HEADER_CHOSEN, "content-encoding"),
        ("cache-control&cache-control=a&cache-control=b", Variant.PARAMETER_TWICE, "cache-control"),
    ],
)
def test_a_header_that_is_refused_is_named_and_why(names: str, variant: Variant, shown: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        further_headers(f"https://b.example/k?X-Amz-SignedHeaders={names}")
    assert (refused.value.variant, refused.value.detail) == (variant, shown)


@given(
    st.sampled_from(["", "https://b.example/?", v4(expires=""), "https://b/?Expires="]),
    st.text(max_size=80),
)
@example("https://b.example/?", "x-amz-date=00010101T000000Z&x-amz-expires=-999999999999")
@settings(deadline=None, max_examples=200)
def test_any_url_at_all_is_taken_calmly(before: str, text: str) -> None:
    expires_at, lifetime = expiry_of(before + text)
    assert lifetime is None or 0 <= lifetime <= MAX_LIFETIME
    assert lifetime is None or expires_at is not None
    assert all(name == name.lower() and name for name in signed_headers(before + text))
    with suppress(UrlRefused):
        assert check_url(before + text).host
