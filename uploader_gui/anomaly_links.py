"""Reads an anomaly's number out of a link (`uploader-gui:?anomaly=4217`) or a pasted text, and makes links back.

Links and texts come from strangers: nothing but a number is ever taken from them, and a doubtful one does not count.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from uploader_gui.engine.addresses import ANOMALY_ID, check_address
from uploader_gui.engine.errors import UrlRefused

SCHEME: Final = "uploader-gui"
MAX_TEXT: Final = 4_000
"""In characters; longer texts are not searched."""
_PLACE: Final = "{id}"
_LINK: Final = re.compile(rf"{SCHEME}:/{{0,3}}\?(?P<query>[^\s#<>\"]*)(#\S*)?", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_SEGMENT: Final = re.compile(r"anomal(y|ies|ie)s?", re.IGNORECASE)
_IN_ADDRESS: Final = re.compile(rf"(?=.*\d){ANOMALY_ID.pattern}", re.ASCII)
"""With a digit: `anomalies/new` is a page too."""
_NUMBER: Final = re.compile(r"(?<![\w.,:/-])[0-9]{1,64}(?![\w:/-]|[.,]\d)")
"""A number that stands alone: no part of a date, time, sum or address."""


def is_link(text: str) -> bool:
    """Return whether a text is meant as a link of ours, valid or not."""
    return text.strip().lower().startswith(f"{SCHEME}:")


def anomaly_of_link(link: str) -> str:
    """Return the number in a link, "" where it names none, or several. Other parameters are ignored."""
    match = _LINK.fullmatch(link.strip()) if len(link) <= MAX_TEXT else None
    if match is None:
        return ""
    try:
        fields = parse_qsl(match["query"], keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        return ""
    given = [value for name, value in fields if name == "anomaly"]
    return given[0] if len(given) == 1 and ANOMALY_ID.fullmatch(given[0]) else ""


def anomaly_in(text: str, page: str = "") -> str:
    """Return the one number that a pasted text names, "" where it names no number, or several.

    It may be a link of ours, the address of an anomaly's page, or words with a number. `page` is the operator's form
    of that address, with `{id}`; without it, an address counts that has `anomaly` or `anomalies` before the number.
    """
    if len(text) > MAX_TEXT:
        return ""
    for found in (_in_links(text), _in_addresses(text, page)):
        if found:
            return found.pop() if len(found) == 1 else ""
    numbers = set(_NUMBER.findall(_ADDRESS.sub(" ", text)))
    return numbers.pop() if len(numbers) == 1 else ""


def page_address(page: str, anomaly_id: str) -> str:
    """Return the address of an anomaly's page, "" where the operator named none."""
    return page.replace(_PLACE, anomaly_id) if page and ANOMALY_ID.fullmatch(anomaly_id) else ""


class AnomalyPages(NamedTuple):
    """The pages of anomalies in the register with this `server`; `form` is the operator's address, with `{id}`."""

    form: str = ""
    server: str = ""

    def of(self, anomaly_id: str, server: str) -> str:
        """Return the address of an anomaly's page, or "" if it has none or belongs to another register."""
        return page_address(self.form, anomaly_id) if server == self.server else ""


def check_page(page: str) -> None:
    """Check the operator's form of a page's address: https (or this machine), with `{id}` once, after the host.

    Raises:
        UrlRefused: `detail` says what is wrong with it.
    """
    before, found, after = page.partition(_PLACE)
    if not found or "{" in before + after or "}" in before + after:
        raise UrlRefused("it does not hold {id} once")
    parts = check_address(page.replace(_PLACE, "0"))
    if not before.lower().startswith(f"{parts.scheme}://{parts.netloc}/".lower()):
        raise UrlRefused("{id} does not stand after the host")


def _in_links(text: str) -> set[str]:
    return {anomaly_of_link(match.group()) for match in _LINK.finditer(text)}


def _in_addresses(text: str, page: str) -> set[str]:
    if page:
        before, _, after = page.partition(_PLACE)
        ends = rf"{re.escape(after)}(?=$|[\s<>\"'?#/&,;)])"
        return set(re.findall(rf"{re.escape(before)}({ANOMALY_ID.pattern}){ends}", text))
    return {number for match in _ADDRESS.finditer(text) for number in _behind_its_kind(match.group())}


def _behind_its_kind(address: str) -> set[str]:
    """Return what follows a part called `anomalies` or the like, in the path or behind the `#` of a web program."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return set()
    found: set[str] = set()
    for path in (parts.path, parts.fragment.partition("?")[0]):
        segments = path.rstrip(".,;:!)").split("/")
        pairs = pairwise(segments)
        found |= {after for kind, after in pairs if _SEGMENT.fullmatch(kind) and _IN_ADDRESS.fullmatch(after)}
    return found
