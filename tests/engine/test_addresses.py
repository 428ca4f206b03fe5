"""Evidence and tokens go over https, or to this very machine."""

import re

import pytest

from uploader_gui.engine.addresses import check_address, is_local, is_loopback, is_this_machine, plain_host
from uploader_gui.engine.errors import UrlRefused
from uploader_gui.engine.net.client import check_url


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.eu-west-3.amazonaws.com/key?X-Amz-Signature=a%2Fb",
        "https://bucket.example:8443/",
        "https://10.0.0.1/",
        "https://[2001:db8::1]/key",
        "http://127.0.0.1:9000/bucket/key",
        "http://127.9.9.9/",
        "http://[::1]:9000/",
        "http://localhost/",
        "http://LOCALHOST:9000/",
        "HTTPS://bucket.example/",
        "https://bucket_1.s3-eu.example./",
        "https://xn--bcher-kva.example/",
        "https://s3.1e100.net/",
        "https://3.example/",
    ],
)
def test_https_anywhere_and_http_to_this_machine_are_accepted(url: str) -> None:
    assert check_address(url).hostname
    assert check_url(url).host


REFUSED = {
    "encrypted": (
        "http://bucket.example/", "http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "http://10.0.0.1/",
        "http://0.0.0.0/", "http://127.1/",
    ),
    "user name": (
        "https://user@bucket.example/", "https://user:word@bucket.example/", "https://bucket.example@evil.example/",
        "http://127.0.0.1@evil.example/",
    ),
    "https": (
        "ftp://bucket.example/", "file:///etc/passwd", "data:text/plain,x", "//bucket.example/", "bucket.example", "",
        "https://", "https:///key", " https://bucket.example/", "https://bucket.example/\n",
        "https://bucket.example/\tkey", "https://bucket.example/a b", "https://b\u00fccket.example/",
        "https://bucket.example/\x7f",
    ),
    "not an address": (
        "https://bucket.example:port/", "https://bucket.example:70000/", "https://bucket.example:0/", "https://[::1/",
        "https://[bucket]/", "https://[v1.bucket]/", "https://[fe80::1%25eth0]/", "https://a..bucket.example/",
        f"https://{'a' * 64}.bucket.example/", f"https://{'a.' * 127}example/", "https://b%2eucket.example/",
        "https://bucket\\.evil.example/", "https://1.2.3.256/", "https://1.2.3.4.5/", "https://bucket.0x/",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("url", "why"), [(url, why) for why, urls in REFUSED.items() for url in urls])
def test_anything_else_is_refused_and_says_why_without_the_address(url: str, why: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        check_address(url)
    assert why in refused.value.detail
    assert not re.search("bucket|evil", refused.value.detail)


@pytest.mark.parametrize("url", ["https://" + "a" * 70_000, "https://bucket.example/" + "a" * 70_000])
def test_an_address_too_long_for_anybody_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LOCALHOST", "localhost."),
        ("127.1", "127.0.0.1"),
        ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"),
        ("0x7f000001", "2130706433"),
    ],
)
def test_a_host_has_one_plain_form(one: str, other: str) -> None:
    assert plain_host(one) == plain_host(other)


def test_only_this_machine_is_local_and_a_name_that_looks_like_an_address_is_a_name() -> None:
    hosts = ("localhost", "127.0.0.1", "::1", "localhost.", "", "example")
    assert [host for host in hosts if is_loopback(host)] == ["localhost", "127.0.0.1", "::1"]
    assert not any(map(is_local, ("127.0.0.1.example", "localhost.example", "10.0.0.1")))
    assert plain_host("127.0.0.1.Example.") == "127.0.0.1.example"
    assert (is_this_machine("0.0.0.0"), is_local("169.254.1.1"), is_this_machine("169.254.1.1")) == (True, True, False)
