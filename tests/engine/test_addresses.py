"""Evidence and tokens go over https, or to this very machine."""

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


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://bucket.example/", "encrypted"),
        ("http://127.0.0.1.evil.example/", "encrypted"),
        ("http://localhost.evil.example/", "encrypted"),
        ("http://10.0.0.1/", "encrypted"),
        ("http://0.0.0.0/", "encrypted"),
        ("http://127.1/", "encrypted"),
        ("https://user@bucket.example/", "user name"),
        ("https://user:word@bucket.example/", "user name"),
        ("https://bucket.example@evil.example/", "user name"),
        ("http://127.0.0.1@evil.example/", "user name"),
        ("ftp://bucket.example/", "https"),
        ("file:///etc/passwd", "https"),
        ("data:text/plain,x", "https"),
        ("//bucket.example/", "https"),
        ("bucket.example", "https"),
        ("", "https"),
        ("https://", "https"),
        ("https:///key", "https"),
        (" https://bucket.example/", "https"),
        ("https://bucket.example/\n", "https"),
        ("https://bucket.example/\tkey", "https"),
        ("https://bucket.example/a b", "https"),
        ("https://b\u00fccket.example/", "https"),
        ("https://bucket.example/\x7f", "https"),
        ("https://bucket.example:port/", "address"),
        ("https://bucket.example:70000/", "address"),
        ("https://[::1/", "address"),
        ("https://[bucket]/", "address"),
        ("https://[v1.bucket]/", "address"),
        ("https://[fe80::1%25eth0]/", "address"),
        ("https://a..bucket.example/", "address"),
        (f"https://{'a' * 64}.bucket.example/", "address"),
        (f"https://{'a.' * 127}example/", "address"),
        ("https://b%2eucket.example/", "address"),
        ("https://bucket\\.evil.example/", "address"),
        ("https://1.2.3.256/", "address"),
        ("https://1.2.3.4.5/", "address"),
        ("https://bucket.0x/", "address"),
    ],
)
def test_anything_else_is_refused_and_says_why_without_the_address(url: str, why: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        check_address(url)
    assert why in refused.value.detail
    assert "bucket" not in refused.value.detail
    assert "evil" not in refused.value.detail


def test_no_port_is_port_zero() -> None:
    with pytest.raises(UrlRefused, match="not an address"):
        check_address("https://bucket.example:0/")


@pytest.mark.parametrize("url", ["https://" + "a" * 70_000, "https://bucket.example/" + "a" * 70_000])
def test_an_address_too_long_for_anybody_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("localhost.", False), ("", False), ("example", False)],
)
def test_only_this_machine_is_this_machine(host: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert is_loopback(host) is expected


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


def test_a_name_that_looks_like_an_address_is_a_name() -> None:
    assert not is_local("127.0.0.1.example")
    assert not is_local("localhost.example")
    assert not is_local("10.0.0.1")
    assert plain_host("127.0.0.1.Example.") == "127.0.0.1.example"


def test_only_loopback_itself_makes_a_register_local() -> None:
    assert is_this_machine("0.0.0.0")
    assert is_local("169.254.1.1")
    assert not is_this_machine("169.254.1.1")
