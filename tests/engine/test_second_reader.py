"""A second reader of receipts, written from the guide's page "receipt-format" alone, finds what `--verify` finds."""

import hashlib
import json
import os
import random
import re
from pathlib import Path
from typing import Any

from tests.engine.values import a_source, an_upload
from uploader_gui.engine import receipt
from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import Origin, Reason, Substitute, UploadState
from uploader_gui.engine.receipt_check import ReceiptUnreadable, all_equal, compare, read_receipt

Found = tuple[int, list[str]]
CHANGES = 4_000
NO_RECEIPT: Found = (2, [])
AGAINST = {"changed", "missing", "cannot be read", "not on the receipt"}


class NotAReceiptError(Exception):
    """Rule 1 or 2 of the page is broken."""


def second_reader(text: bytes) -> Found:
    """Return the exit code, and what is found of each file in its place."""
    try:
        content = _read(text)
    except (ValueError, RecursionError, NotAReceiptError):
        return NO_RECEIPT
    found = [_finding(file) for file in content["files"]]
    fine = _is_unchanged(content) and "equal" in found and not AGAINST & set(found)
    return (0 if fine else 1), found


def _read(text: bytes) -> dict[str, Any]:
    content = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_refuse)
    _require(isinstance(content, dict) and content.get("schema") == 1)
    _require(isinstance(content.get("program"), str) and content["program"].startswith("uploader-gui "))
    _require(isinstance(content.get("files"), list))
    for file in content["files"]:
        _require(isinstance(file, dict) and isinstance(file.get("state"), str))
        _require(isinstance(file.get("path", ""), str))
        for one in (file, file.get("original")):
            if one is not None:
                _require(isinstance(one, dict) and isinstance(one.get("name"), str) and "sha256" in one)
                _require(one["sha256"] is None or isinstance(one["sha256"], str))
    return dict(content)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _require(len({name for name, _ in pairs}) == len(pairs))
    return dict(pairs)


def _refuse(_: str) -> None:
    raise NotAReceiptError


def _require(holds: bool) -> None:  # noqa: FBT001 - what it is about
    if not holds:
        raise NotAReceiptError


def _is_unchanged(content: dict[str, Any]) -> bool:
    if content.get("checksum_sha256") is None:
        return "utc_offset" not in content
    rest = {name: value for name, value in content.items() if name != "checksum_sha256"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return bool(hashlib.sha256(canonical.encode()).hexdigest() == content["checksum_sha256"])
    except UnicodeEncodeError:
        return False


def _finding(file: dict[str, Any]) -> str:
    sums = {one["sha256"] for one in (file, file.get("original")) if one and one["sha256"]}
    place = _place(file)
    if not sums:
        return "no checksum"
    if not place:
        return "was not on disk"
    try:
        if b"\0" in place or not os.path.lexists(place):
            return "missing"
        return "equal" if hashlib.sha256(Path(os.fsdecode(place)).read_bytes()).hexdigest() in sums else "changed"
    except OSError:
        return "cannot be read"


def _place(file: dict[str, Any]) -> bytes:
    raw = file.get("path_bytes")
    if isinstance(raw, str) and re.fullmatch(r"([0-9a-f]{2})+", raw):
        return bytes.fromhex(raw)
    return str(file.get("path", "")).encode("utf-8", "surrogateescape")


def first_reader(path: Path) -> Found:
    try:
        read = read_receipt(path)
    except ReceiptUnreadable:
        return NO_RECEIPT
    found = [line.verdict for line in compare(read, [], path)]
    return (0 if all_equal(found) and read.intact is not False else 1), [str(verdict) for verdict in found]


def a_receipt(folder: Path) -> tuple[bytes, list[Path]]:
    """Make files with odd names, and the receipt of a deposit of them with everything a receipt can hold."""
    names = [b"caf\xe9.jpg", "\x01é €\\u00e9.heic".encode()]
    paths = [folder / os.fsdecode(name) for name in names]
    uploads = []
    for path, name in zip(paths, names, strict=True):
        path.write_bytes(name)
        sha256 = hashlib.sha256(name).hexdigest()
        uploads.append(an_upload(source=a_source(path=path), sha256=sha256, state=UploadState.UPLOADED, attempts=1))
    original, uploads[1].sha256 = str(uploads[1].sha256), "ab" * 32
    uploads[1].substitute = Substitute(a_source("c.jpg"), original)
    uploads.append(an_upload(origin=Origin.OUTLOOK, sha256="cd" * 32, state=UploadState.UPLOADED))
    uploads.append(an_upload(state=UploadState.REFUSED, reason=Reason(Code.TYPE_NOT_ACCEPTED)))
    told = receipt.Circumstances("https://a.example/main", -3, "ANO-1", "Porte coupe-feu", "École", "A. Martin")
    files = tuple(receipt.file_of(upload, str) for upload in uploads)
    began, ended = 1_741_768_200.0, 1_741_768_260.0
    made = receipt.Receipt("uploader-gui 0.2.0", "4217", began, ended, files, circumstances=told)
    return receipt.encoded(made), paths


def rewrite(path: Path, content: bytes) -> None:
    """Write as many bytes as are there: to make the file again takes a disk longer than all the rest."""
    with path.open("r+b", buffering=0) as file:
        file.write(content)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_it_agrees_on_every_change_of_one_bit_of_receipt_or_file_and_none_stays_unnoticed(tmp_path: Path) -> None:
    text, paths = a_receipt(tmp_path)
    place = tmp_path / "receipt.json"
    place.write_bytes(text)
    as_it_was: Found = (0, ["equal", "equal", "was not on disk", "no checksum"])
    assert first_reader(place) == second_reader(text) == as_it_was
    for path in paths:
        content = path.read_bytes()
        for bit in range(8 * len(content)):
            rewrite(path, flipped(content, bit))
            assert first_reader(place) == second_reader(text) != as_it_was, (path, bit)
        rewrite(path, content)
    rest = CHANGES - sum(8 * path.stat().st_size for path in paths)
    chosen = random.Random(20).sample(range(8 * len(text)), rest)
    for bit in chosen:
        changed = flipped(text, bit)
        rewrite(place, changed)
        assert (found := first_reader(place)) == second_reader(changed), (bit, changed)
        assert found[0] or json.loads(changed) == json.loads(text), (bit, changed)
