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
V4 = "https://b.example/k?X-Amz-Date={date}&X-Amz-Expires={expires}"
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


def test_the_life_of_a_v4_url_is_read() -> None:
    assert expiry_of(V4.format(date="20250312T083000Z", expires=900)) == (SIGNED + 900, 900.0)


def test_the_names_of_its_fields_may_be_written_in_any_case() -> None:
    assert expiry_of("https://b/k?x-amz-date=20250312T083000Z&X-AMZ-EXPIRES=900") == (SIGNED + 900, 900.0)


def test_botocores_own_urls_are_read() -> None:
    expires_at, lifetime = expiry_of(botocores_url("s3v4"))
    old_expires_at, old_lifetime = expiry_of(botocores_url("s3"))
    assert (lifetime, old_lifetime) == (900.0, None)
    assert expires_at is not None
    assert old_expires_at == pytest.approx(expires_at, abs=5)


def test_botocores_signed_headers_are_read() -> None:
    assert signed_headers(botocores_url("s3v4")) == {"host"}
    assert signed_headers(botocores_url("s3v4", ContentType="image/png")) == {"host", "content-type"}
    assert "x-amz-acl" in signed_headers(botocores_url("s3v4", ACL="private"))


def test_the_expiry_of_a_v2_url_is_read() -> None:
    assert expiry_of("https://b.example/k?AWSAccessKeyId=A&Signature=s&Expires=1741769100") == (1_741_769_100.0, None)


@pytest.mark.parametrize(
    ("date", "expires", "expected"),
    [
        ("20250312T083000Z", "0", (SIGNED, 0.0)),
        ("20250312T083000Z", "-5", (SIGNED - 5, 0.0)),
        ("20250312T083000Z", "604800", (SIGNED + 604_800, 604_800.0)),
        ("20250312T083000Z", "604801", (SIGNED + MAX_LIFETIME, MAX_LIFETIME)),
        ("20250312T083000Z", "9" * 300, (SIGNED + MAX_LIFETIME, MAX_LIFETIME)),
        ("20250312T083000Z", "9" * 400, NOTHING),
        ("20250312T083000Z", "9" * 5_000, NOTHING),
        ("20250312T083000Z", "900.5", NOTHING),
        ("20250312T083000Z", "soon", NOTHING),
        ("20250312T083000Z", "", NOTHING),
        ("20250312T083000", "900", NOTHING),
        ("20251312T083000Z", "900", NOTHING),
        ("2025-03-12T08:30:00Z", "900", NOTHING),
        ("", "900", NOTHING),
        ("99991231T235959Z", "604800", (253_402_300_799.0 + 604_800, 604_800.0)),
    ],
)
def test_absurd_figures_are_bounded_or_say_nothing(
    date: str, expires: str, expected: tuple[float | None, float | None]
) -> None:
    assert expiry_of(V4.format(date=date, expires=expires)) == expected


@pytest.mark.parametrize("expires", ["", "soon", "9" * 400, "9" * 5_000, "1e9"])
def test_an_absurd_v2_expiry_says_nothing(expires: str) -> None:
    assert expiry_of(f"https://b.example/k?Expires={expires}") == NOTHING


@pytest.mark.parametrize(
    "url", ["https://b.example/k", "https://b.example/k?", "", "?", "https://[", "https://b?" + "a=1&" * 101]
)
def test_a_url_that_says_nothing_says_nothing(url: str) -> None:
    assert expiry_of(url) == NOTHING
    assert signed_headers(url) == {"host"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("host", {"host"}),
        ("content-type%3Bhost", {"content-type", "host"}),
        ("Content-Type;HOST", {"content-type", "host"}),
        ("host%3B%3Bx-amz-acl%3B", {"host", "x-amz-acl"}),
    ],
)
def test_signed_headers_are_told_in_lower_case(names: str, expected: set[str]) -> None:
    assert signed_headers(f"https://b.example/k?X-Amz-SignedHeaders={names}") == expected


PLACE = "https://b.example/k?versionId=1"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://B.EXAMPLE:443/k?versionId=1&X-Amz-Date=a", True),
        ("https://b.example/k?AWSAccessKeyId=a&versionId=1&Signature=b&Expires=1", True),
        ("http://b.example/k?versionId=1", False),
        ("https://c.example/k?versionId=1", False),
        ("https://b.example:444/k?versionId=1", False),
        ("https://b.example/k?versionId=2", False),
        ("https://b.example/k?version=1", False),
        ("https://b.example/?versionId=1", False),
        ("https://b.example?versionId=1", False),
        ("https://[", False),
    ],
)
def test_a_place_is_scheme_host_port_path_and_query(url: str, same: bool) -> None:  # noqa: FBT001 - from a table
    assert (place_of(url) == place_of(PLACE)) is same
    assert place_of("https://b.example") == place_of("https://b.example/")
    assert place_of("https://[a") != place_of("https://[b")


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://s3.eu-west-3.amazonaws.com/b/k/l", True),
        ("https://S3.eu-west-3.amazonaws.com./b/k%2Fl?X-Amz-Signature=0", True),
        ("https://s3.eu-west-3.amazonaws.com/b/b/k/l", False),
        ("https://s3.eu-west-3.amazonaws.com/c/k/l", False),
        ("https://s3.eu-west-3.amazonaws.com/b", False),
        ("https://s3.eu-west-3.amazonaws.com.example/b/k/l", False),
    ],
)
def test_a_bucket_may_stand_before_the_host_of_s3_or_in_the_path(url: str, same: bool) -> None:  # noqa: FBT001 - from a table
    assert (place_of(url) == place_of("https://b.s3.eu-west-3.amazonaws.com/k/l?X-Amz-Signature=1")) is same


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
    st.sampled_from(["", "https://b.example/?", V4.format(date="20250312T083000Z", expires=""), "https://b/?Expires="]),
    st.text(max_size=80),
)
@example("https://b.example/?", "x-amz-date=00010101T000000Z&x-amz-expires=-999999999999")
@settings(deadline=None, max_examples=500)
def test_any_url_at_all_is_taken_calmly(before: str, text: str) -> None:
    expires_at, lifetime = expiry_of(before + text)
    assert lifetime is None or 0 <= lifetime <= MAX_LIFETIME
    assert lifetime is None or expires_at is not None
    assert all(name == name.lower() and name for name in signed_headers(before + text))
    with suppress(UrlRefused):
        assert check_url(before + text).host
