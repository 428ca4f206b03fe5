"""Whether a success is the storage's, and what else answered in its place. Called by `storage.py`.

Source: AWS S3 "PutObject" (its response headers), what rclone, Swift, moto, Garage, S3Proxy and Ceph answer, and our
decisions: only an ETag that is the MD5 proves that the bytes arrived. Block pages, captive portals and web servers
answer 200 too, some with an ETag of their own.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Damaged, NotConfirmed
from uploader_gui.engine.net.client import readable
from uploader_gui.engine.transfer.presigned_url import taken_out_of

if TYPE_CHECKING:
    import httpx

_MD5: Final = re.compile(r'(?:W/)?("?)(?P<hex>[0-9a-f]{32})\1', re.IGNORECASE)
"""A proxy that packs answers makes an ETag weak; it is the storage's all the same."""
_OF_PARTS: Final = re.compile(r'("?)[0-9a-f]{32}-[0-9]{1,5}\1', re.IGNORECASE | re.ASCII)
"""What S3 makes of several parts' MD5s."""
_S3S_OWN: Final = ("x-amz-request-id", "x-amz-id-2", "x-amz-version-id")
_ENCRYPTION: Final = "x-amz-server-side-encryption"
_OTHER_ETAGS: Final = (f"{_ENCRYPTION}-aws-kms-key-id", f"{_ENCRYPTION}-customer-algorithm")
_PAGE: Final = re.compile(rb"<(!doctype html|html|head|body|title)\b", re.IGNORECASE)
_ERROR: Final = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?<Error[\s>]")
_TITLE: Final = re.compile(r"<title[^<>]{0,200}>([^<]{0,500})", re.IGNORECASE)
"""Bounded: an answer may be made to take long."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A success of a PUT. `md5` is the hash its ETag tells, None where it tells none.

    `comparable`: the ETag has to be the MD5 of the object. `doubt` says who answered where that was not the storage.
    """

    md5: str | None
    comparable: bool
    doubt: str = ""

    def check(self, md5: str) -> None:
        """Return where the storage confirmed the object that hashed to this MD5.

        Raises:
            Damaged: it holds something else.
            NotConfirmed: something else answered, or it does not say what it holds.
        """
        if self.md5 == md5:
            return
        if self.doubt:
            raise NotConfirmed(self.doubt)
        if self.comparable:
            raise Damaged


def read_success(response: httpx.Response, answer: bytes, url: str, *, early: bool) -> Stored:
    """Return what a 2xx to a PUT says. `early`: it came while the other side had not taken the whole file yet."""
    etags = {etag.strip() for etag in response.headers.get_list("ETag")} - {"", '""'}
    etag = etags.pop() if len(etags) == 1 and response.status_code == 200 else ""  # noqa: PLR2004 - PutObject's
    match = _MD5.fullmatch(etag)
    md5 = match["hex"].lower() if match else None
    comparable = md5 is not None and not _has_another_etag(response)
    if comparable and not response.num_bytes_downloaded:
        return Stored(md5, comparable)
    return Stored(md5, comparable, readable(taken_out_of(_doubt(response, answer, etag, early=early), url)))


def error_words(answer: bytes) -> tuple[str, str]:
    """Give Code and Message of S3's error XML, empty where it is none.

    No XML parser: two plain fields are wanted, and an entity bomb stays a piece of text.
    """
    text = answer[:65536].decode("utf-8", "replace")
    return _element(text, "Code"), _element(text, "Message")


def _element(text: str, name: str) -> str:
    begin, end = text.find(f"<{name}>"), text.find(f"</{name}>")
    return text[begin + len(name) + 2 : end].strip() if 0 <= begin < end else ""


def title_of(answer: bytes) -> str:
    """Return a web page's title on one line, empty where there is none."""
    found = _TITLE.search(answer[:65536].decode("utf-8", "replace"))
    return readable(html.unescape(found[1]))[:100].strip() if found else ""


def _has_another_etag(response: httpx.Response) -> bool:
    """With a customer's or the key service's key, an ETag is no MD5; with S3's own (AES256) it is."""
    kind = response.headers.get(_ENCRYPTION, "").strip().upper()
    return kind not in {"", "AES256"} or any(response.headers.get(name) for name in _OTHER_ETAGS)


def _doubt(response: httpx.Response, answer: bytes, etag: str, *, early: bool) -> str:
    """Say why this is not the storage that has the file, in English; empty where it is."""
    if _ERROR.match(answer):
        return _with("the storage answered with an error", ": ".join(filter(None, error_words(answer))).rstrip(". "))
    if response.num_bytes_downloaded:  # of the body as it came, for what cannot be unpacked is not empty
        is_page = _PAGE.search(answer[:4096]) or "html" in response.headers.get("Content-Type", "").lower()
        kind = "a web page" if is_page else "something else"
        return _with(f"{kind} answered in place of the storage", _who(response, answer))
    if response.status_code != 200 or not _bears_s3s_marks(response, etag):  # noqa: PLR2004 - PutObject's
        return _with("something else answered in place of the storage", _who(response, answer))
    if not etag:
        return "the answer has no ETag"
    return "the storage answered before it had the whole file" if early else ""


def _bears_s3s_marks(response: httpx.Response, etag: str) -> bool:
    names = (*_S3S_OWN, _ENCRYPTION, *_OTHER_ETAGS)
    return any(response.headers.get(name) for name in names) or _OF_PARTS.fullmatch(etag) is not None


def _who(response: httpx.Response, answer: bytes) -> str:
    """Return what names a server: a page's title, its program, else its status or the kind of its answer."""
    status = "" if response.status_code == 200 else f"HTTP {response.status_code}"  # noqa: PLR2004 - success
    title = title_of(answer)
    server = readable(response.headers.get("Server", ""))[:60]
    told = [one for one in (status, f"“{title}”" if title else "", server) if one]
    return ", ".join(told) or readable(response.headers.get("Content-Type", ""))[:60]


def _with(fact: str, more: str) -> str:
    return f"{fact}: {more}" if more else fact
