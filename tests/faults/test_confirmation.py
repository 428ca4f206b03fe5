"""What answers a PUT with a success: only the storage itself is believed, everything else is named. Protocol §2."""

from pathlib import Path

import pytest

from tests.faults.running import Run, World, options, send_one
from tests.faults.storing import always, is_stored, on_attempt
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import SendUnread, StoreThenSend
from tests.support.strict_api import StrictApi
from uploader_gui.failure_messages import cause_and_action, english

NOTHING = b"Content-Length: 0\r\n\r\n"
NO_CHUNKS = b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
UNTIL_CLOSED = b"\r\n"
OTHER = b"0123456789abcdef" * 2
OPAQUE = b'ETag: "not-an-md5"\r\n'
MD5, ANOTHER = b'ETag: "{md5}"\r\n', b'ETag: "' + OTHER + b'"\r\n'
ID, OWN_KEY = b"x-amz-request-id: 1\r\n", b"x-amz-server-side-encryption: AES256\r\n"
KMS = b"x-amz-server-side-encryption: aws:kms\r\n"
PAGE = b"<!DOCTYPE html><html><head><title> Sign in to\n Caf\xc3\xa9 &amp; Co </title></head><body>Hello</body></html>"


def ok(*head: bytes, end: bytes = NOTHING, status: bytes = b"200 OK") -> bytes:
    """Return an answer of a server that says that it closes: else the next attempt may be on the dying connection."""
    return b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n" + b"".join(head) + end


def whole(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


CONFIRMED = {
    "the MD5": ok(MD5),
    "the MD5 without quotes": ok(b"ETag: {md5}\r\n"),
    "the MD5 made weak by a proxy": ok(b'ETag: W/"{md5}"\r\n'),
    "the MD5 twice": ok(MD5, MD5),
    "the MD5 and a body called HTML": ok(b'ETag: "{md5}"\r\nContent-Type: text/html\r\n', end=whole(b"<html></html>")),
    "the MD5 and KMS": ok(MD5, KMS),
    "KMS": ok(ANOTHER, KMS),
    "KMS, chunked": ok(ANOTHER, KMS, end=NO_CHUNKS),
    "KMS, until closed": ok(ANOTHER, KMS, end=UNTIL_CLOSED),
    "KMS, called HTML": ok(b"Content-Type: text/html\r\n", OPAQUE, KMS),
    "KMS of two layers": ok(ANOTHER, b"x-amz-server-side-encryption: aws:kms:dsse\r\n"),
    "a customer's key": ok(ANOTHER, b"x-amz-server-side-encryption-customer-algorithm: AES256\r\n"),
    "S3's own key and an ETag that is no MD5": ok(OPAQUE, OWN_KEY),
    "an ETag of parts": ok(b'ETag: "' + OTHER + b'-12"\r\n'),
    "a request id": ok(OPAQUE, b"X-Amz-Request-Id: 4442587FB7D0A2F9\r\n"),
    "an extended id": ok(OPAQUE, b"x-amz-id-2: Kx3\r\n", end=NO_CHUNKS),
    "a version": ok(OPAQUE, b"x-amz-version-id: null\r\n", end=UNTIL_CLOSED),
}


@pytest.mark.parametrize("raw", CONFIRMED.values(), ids=CONFIRMED)
async def test_what_only_a_storage_says_is_believed(raw: bytes, world: World) -> None:
    world.storage.fault = always(StoreThenSend(raw))
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["attempts"]) == ("uploaded", 1)
    assert is_stored(world.storage, row)


WEB = "A web page answered in place of the storage"
CAFE = f"{WEB}: “Sign in to Café & Co”."
ELSE = "Something else answered in place of the storage"
DAMAGED = "The file did not arrive as it is here."
NOT_CONFIRMED = {
    "a page": (ok(end=whole(PAGE)), CAFE),
    "a page, chunked": (
        ok(b"Server: squid/5.7\r\n", end=b"Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n0\r\n\r\n"),
        f"{WEB}: squid/5.7.",
    ),
    "a page, until closed": (ok(b"Server: fw\r\n", end=UNTIL_CLOSED + PAGE), f"{WEB}: “Sign in to Café & Co”, fw."),
    "a page without a name": (ok(end=whole(b"<html></html>")), f"{WEB}."),
    "a page called XML": (ok(b"Content-Type: text/xml\r\n", end=whole(PAGE)), CAFE),
    "a page with an ETag": (ok(b'ETag: "5f-60c2a1"\r\n', end=whole(PAGE)), CAFE),
    "a page with the ETag of its own MD5": (ok(b'ETag: W/"' + OTHER + b'"\r\n', end=whole(PAGE)), CAFE),
    "a page with S3's headers": (ok(OPAQUE, KMS, ID, end=whole(PAGE)), CAFE),
    "a page whose title would turn the line round": (
        ok(end=whole("<title>\u202etxt.exe\x1b[31m</title>".encode())),
        f"{WEB}: “txt.exe [31m”.",
    ),
    "a page that cannot be unpacked": (
        ok(OPAQUE, KMS, b"Content-Encoding: gzip\r\nContent-Type: text/html\r\n", end=whole(b"\x1f\x8b nothing")),
        f"{WEB}: text/html.",
    ),
    "JSON": (ok(b"Content-Type: application/json\r\n", OPAQUE, KMS, end=whole(b"{}")), f"{ELSE}: application/json."),
    "a blank": (ok(OPAQUE, KMS, end=whole(b" \n")), f"{ELSE}."),
    "a web server's ETag": (ok(b'ETag: "5f-60c2a1"\r\nServer: nginx/1.22.1\r\n'), f"{ELSE}: nginx/1.22.1."),
    "a web server's weak ETag": (ok(b'ETag: W/"5f-60c2a1"\r\n', end=NO_CHUNKS), f"{ELSE}."),
    "a weak ETag of parts": (ok(b'ETag: W/"' + OTHER + b'-2"\r\n'), f"{ELSE}."),
    "33 digits": (ok(b'ETag: "' + OTHER + b'0"\r\n'), f"{ELSE}."),
    "two ETags": (ok(MD5, OPAQUE), f"{ELSE}."),
    "no ETag": (ok(), f"{ELSE}."),
    "no ETag, but S3's header": (ok(ID), f"{DAMAGED} (the answer has no ETag)"),
    "an empty ETag": (ok(b'ETag: ""\r\nx-amz-request-id: 1\r\n'), f"{DAMAGED} (the answer has no ETag)"),
    "an empty header of S3's": (ok(OPAQUE, b"x-amz-request-id:\r\n"), f"{ELSE}."),
    "an error": (
        ok(
            OPAQUE,
            ID,
            end=whole(b'<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>Try again.</Message></Error>'),
        ),
        "The storage answered with an error: InternalError: Try again.",
    ),
    "an error without words": (ok(OPAQUE, KMS, end=whole(b"<Error/>")), f"{ELSE}."),
    "201": (ok(MD5, status=b"201 Created"), f"{ELSE}: HTTP 201."),
    "204": (
        ok(b'ETag: "{md5}"\r\nServer: nginx\r\n', end=b"\r\n", status=b"204 No Content"),
        f"{ELSE}: HTTP 204, nginx.",
    ),
    "206": (ok(MD5, KMS, status=b"206 Partial Content"), f"{ELSE}: HTTP 206."),
    "another MD5": (ok(ANOTHER, ID), DAMAGED),
    "another MD5 with S3's own key in small letters": (
        ok(ANOTHER, b"x-amz-server-side-encryption: aes256\r\n"),
        DAMAGED,
    ),
    "another MD5 with S3's own key": (ok(ANOTHER, OWN_KEY), DAMAGED),
}


@pytest.mark.parametrize("case", NOT_CONFIRMED.values(), ids=NOT_CONFIRMED)
async def test_whatever_else_answers_is_tried_again_and_named_at_last(case: tuple[bytes, str], world: World) -> None:
    raw, words = case
    world.storage.fault = always(StoreThenSend(raw))
    async with world.engine(describe=english) as run:
        await run.send([world.make("a.jpg")])
        row, reason = run.only(), run.latest["a.jpg"].reason
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", "damaged", 6)
    assert row["uploaded_at"] is None
    assert row["reason"]["message"] == words
    assert reason is not None
    assert cause_and_action(reason).whole.startswith(words)


async def test_a_page_that_repeats_the_link_is_named_without_what_is_secret_in_it(world: World) -> None:
    def echo(_key: str, _attempt: int, request: object) -> StoreThenSend:
        target = world.storage.puts[-1].target.replace("&", "&amp;")
        signature = target.rpartition("=")[2].upper()
        return StoreThenSend(ok(end=whole(f"<title>{signature} {target}</title>".encode())))

    world.storage.fault = echo
    row = await world.send_one(world.make("a.jpg"))
    assert row["state"] == "failed"
    assert "[redacted]" in row["reason"]["message"]
    assert world.storage.puts[0].target[-64:] not in row["reason"]["message"].lower()


async def test_a_sign_in_page_that_goes_away_costs_attempts_only(world: World) -> None:
    world.storage.fault = on_attempt(1, StoreThenSend(ok(end=whole(PAGE))))
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 2, False)
    assert is_stored(world.storage, row)


async def test_after_a_sign_in_page_a_person_sends_on_the_same_link(run: Run, world: World) -> None:
    page = StoreThenSend(ok(end=whole(PAGE)))
    world.storage.fault = lambda _key, attempt, _request: page if attempt <= 6 else None
    await run.send([world.make("a.jpg")])
    run.queue.retry_failed()
    await run.idle(2)
    row = run.only()
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 7, False)
    assert len(world.api.calls) == 1


async def test_a_success_before_the_whole_file_was_taken_is_none(files: Files, tmp_path: Path) -> None:
    """The system took all of it, the storage's has not: what only an MD5 could prove is not believed."""
    with (
        ScriptedStorage(receive_buffer=16 * 1024) as storage,
        StrictApi(lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}")) as api,
    ):
        storage.fault = always(SendUnread(ok(OPAQUE, KMS, b"Connection: close\r\n")))
        row = await send_one(options(tmp_path, api, describe=english), files.make("a.jpg", size=700_000))
        assert (row["state"], row["reason"]["code"]) == ("failed", "damaged")
        assert "before it had the whole file" in row["reason"]["message"]


async def test_a_success_from_somebody_who_hangs_up_in_the_middle_of_a_file_is_none(world: World) -> None:
    world.storage.fault = always(SendUnread(ok(OPAQUE, KMS, b"Connection: close\r\n"), after=0.5))
    row = await world.send_one(world.make("a.jpg", size=5_000_000))
    assert (row["state"], row["uploaded_at"], row["attempts"]) == ("failed", None, 6)
