"""Which headers a presigned URL may choose, and what becomes of URLs no request can be made of. Protocol §2."""

import pytest

from tests.faults.running import World
from tests.faults.storing import always
from tests.support.storage_faults import StoreThenAnswer
from uploader_gui.failure_messages import english

SENT = {
    "a note": ("x-amz-meta-note", "&x-amz-meta-note=porte%20coup%C3%A9e", "porte coupée"),
    "beyond Latin": ("x-amz-meta-note", "&X-Amz-Meta-Note=%F0%9F%94%A5", "🔥"),
    "a plus is a blank": ("x-amz-meta-note", "&x-amz-meta-note=a+b%2Bc", "a b+c"),
    "a sign within": ("x-amz-meta-note", "&x-amz-meta-note=YQ==", "YQ=="),
    "empty": ("x-amz-tagging", "&x-amz-tagging=", ""),
    "empty without a sign": ("x-amz-tagging", "&x-amz-tagging", ""),
    "blanks around": ("x-amz-meta-note", "&x-amz-meta-note=%20%09a%09b%20", "a\tb"),
    "an ACL": ("x-amz-acl", "&X-AMZ-ACL=private", "private"),
    "its name in capitals": ("X-AMZ-ACL", "&x-amz-acl=private", "private"),
    "the payload's hash": ("x-amz-content-sha256", "", "UNSIGNED-PAYLOAD"),
    "the payload's hash told": ("x-amz-content-sha256", "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"),
    "a disposition": ("content-disposition", "&content-disposition=inline%3B%20a%3D%22b%22", 'inline; a="b"'),
    "a language": ("content-language", "&Content-Language=fr", "fr"),
    "an encoding": ("content-encoding", "&content-encoding=identity", "identity"),
    "caching": ("cache-control", "&cache-control=no-store", "no-store"),
    "an end": ("expires", "&expires=Thu%2C%2001%20Jan%202099%2000%3A00%3A00%20GMT", "Thu, 01 Jan 2099 00:00:00 GMT"),
    "only where there is none": ("if-none-match", "&if-none-match=%2A", "*"),
    "the type, which is ours": ("content-type", "&content-type=text%2Fhtml", "image/jpeg"),
    "the length, which is ours": ("content-length", "", "4000"),
}  # fmt: skip


@pytest.mark.parametrize("case", SENT.values(), ids=SENT)
async def test_a_header_of_s3_goes_out_as_the_link_tells_it(case: tuple[str, str, str], world: World) -> None:
    name, more, value = case
    world.storage.fault = always(StoreThenAnswer())
    world.api.presign = lambda upload, _anomaly: (
        world.storage.url_for(upload["uploadId"], signed_headers=f"{name};host") + more
    )
    row = await world.send_one(world.make("a.jpg", size=4000))
    assert (row["state"], row["attempts"]) == ("uploaded", 1)
    (put,) = world.storage.puts
    assert [told.encode("latin-1").decode() for told in put.request.all(name)] == [value]
    assert put.request.all("Host") == [world.storage.host]
    assert put.request.all("Content-Length") == ["4000"]


CHOSEN = [
    "authorization", "Authorization", "proxy-authorization", "cookie", "transfer-encoding", "te", "trailer",
    "connection", "upgrade", "expect", "keep-alive", "date", "origin", "range", "user-agent", "x-session-token",
    "x-forwarded-for", "x-http-method-override", "accept-encoding", "if-match", "content-length", "x-amzn-trace",
    "content-transfer-encoding", "x-amz", "content", "content_length", "sec-fetch-mode", "x-amz-trailer",
    "x-amz-decoded-content-length",
]  # fmt: skip
REFUSED = {
    **{name: (f"{name};host", f"&{name}=chunked", f"chooses the header {name.lower()}") for name in CHOSEN},
    "a body in pieces": ("content-encoding;host", "&content-encoding=aws-chunked", "chooses the header content-enc"),
    "a hash of pieces": (
        "x-amz-content-sha256;host",
        "&x-amz-content-sha256=STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "chooses the header x-amz-content-sha256",
    ),
    "no value": ("content-md5;host", "", "wants the header content-md5"),
    "CR and LF": ("x-amz-meta-a;host", "&x-amz-meta-a=b%0D%0AAuthorization%3A%20c", "gives the header x-amz-meta-a"),
    "LF": ("x-amz-meta-a;host", "&x-amz-meta-a=b%0Ac", "gives the header x-amz-meta-a"),
    "NUL": ("x-amz-meta-a;host", "&x-amz-meta-a=b%00", "gives the header x-amz-meta-a"),
    "a control character": ("x-amz-meta-a;host", "&x-amz-meta-a=%1B", "gives the header x-amz-meta-a"),
    "no UTF-8": ("x-amz-meta-a;host", "&x-amz-meta-a=%E9", "gives the header x-amz-meta-a"),
    "a line break in the name": ("x-amz-a\r\nte;host", "&x-amz-a%0D%0Ate=b", "chooses the header x-amz-ate"),
    "a blank in the name": ("x-amz-a b;host", "&x-amz-a%20b=c", "chooses the header x-amz-a b"),
    "a colon in the name": ("x-amz-a:b;host", "&x-amz-a%3Ab=c", "chooses the header x-amz-a:b"),
    "NUL in the name": ("x-amz-a\0;host", "&x-amz-a%00=c", "chooses the header x-amz-a"),
    "an accent in the name": ("x-amz-é;host", "&x-amz-%C3%A9=c", "chooses the header x-amz-é"),
    "a name that folds into another": ("coo\u212aie;host", "&cookie=c", "chooses the header cookie"),
    "signed headers twice": ("host", "&X-Amz-SignedHeaders=te%3Bhost&te=a", "names x-amz-signedheaders twice"),
    "signed headers twice in two cases": ("host", "&x-amz-signedheaders=host", "names x-amz-signedheaders twice"),
    "signed headers twice, once escaped": ("host", "&X%2DAmz-SignedHeaders=host", "names x-amz-signedheaders twice"),
    "two session tokens": ("host", "&X-Amz-Security-Token=a&X-Amz-Security-Token=b", "names x-amz-security-token"),
    "two signatures": ("host", "&X-Amz-Signature=a", "names x-amz-signature twice"),
    "a value twice": ("x-amz-acl;host", "&x-amz-acl=private&X-Amz-Acl=public-read", "names x-amz-acl twice"),
    "another value twice": ("cache-control;host", "&cache-control=a&Cache-Control=b", "names cache-control twice"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
async def test_a_link_that_wants_more_is_refused_before_any_goes_out(case: tuple[str, str, str], world: World) -> None:
    signed, more, words = case
    world.storage.fault = always(StoreThenAnswer())
    world.api.presign = lambda upload, _anomaly: world.storage.url_for(upload["uploadId"], signed_headers=signed) + more
    row = await world.send_one(world.make("a.jpg"), describe=english)
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", "url_refused", 0)
    assert words in row["reason"]["message"]
    assert (world.storage.connections_made, len(world.api.calls)) == (0, 1)


NO_REQUEST = {
    "an empty label": "https://a..b.example/k",
    "a label too long": f"https://{'a' * 64}.example/k",
    "a name too long": f"https://{'a.' * 127}example/k",
    "dots only": "https://.../k",
    "port 0": "https://b.example:0/k",
    "port 99999": "https://b.example:99999/k",
    "no port": "https://b.example:x/k",
    "port -1": "https://b.example:-1/k",
    "an escape in the name": "https://b%2eexample/k",
    "a line break in the name": "https://b%0d%0a.example/k",
    "a backslash": "https://b.example\\@evil.example/k",
    "a backslash in the name": "https://b.example\\.evil.example/k",
    "braces": "https://{b}.example/k",
    "an address that is none": "https://1.2.3.256/k",
    "five numbers": "https://1.2.3.4.5/k",
    "brackets around a name": "https://[b.example]/k",
    "an open bracket": "https://[::1/k",
    "a zone": "https://[fe80::1%25eth0]/k",
    "an address of the future": "https://[v1.fe80]/k",
    "too long": f"https://b.example/{'a' * 66_000}",
    "full-width digits": "https://１２７.0.0.1/k",
    "an accent": "https://büro.example/k",
    "a line break": "https://b.example/k\r\nX: y",
    "NUL": "https://b.example/k\0",
    "no host": "https:///k",
    "no scheme": "b.example/k",
    "another scheme": "ftp://b.example/k",
    "a user": "https://me@b.example/k",
    "plain http": "http://b.example/k",
    "a file of this computer": "file:///etc/passwd",
    "a script": "javascript:alert(1)",
    "no scheme, with a host": "//127.0.0.1/k",
}


@pytest.mark.parametrize("url", NO_REQUEST.values(), ids=NO_REQUEST)
async def test_a_link_that_is_no_address_is_refused_and_never_a_broken_connection(url: str, world: World) -> None:
    world.api.presign = lambda _upload, _anomaly: url
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", "url_refused", 0)
    assert len(world.api.calls) == 1


@pytest.mark.parametrize("key", ['"quoted"', "a{b}|c^d`e", "a;b,c=d", "//a/../b/./", "100%", "~'()*!$"])
async def test_a_path_goes_out_as_it_was_signed(key: str, world: World) -> None:
    signed = world.storage.url_for("KEY")
    world.storage.fault = always(StoreThenAnswer())
    world.api.presign = lambda _upload, _anomaly: signed.replace("KEY", key)
    row = await world.send_one(world.make("a.jpg"))
    assert row["state"] == "uploaded"
    assert world.storage.puts[0].target.startswith(f"/{world.storage.bucket}/{key}?")
