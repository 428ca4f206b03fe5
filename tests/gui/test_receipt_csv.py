"""The receipt as a table: what Excel makes of it is what happened, and never a formula."""

import csv
import io
import re
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QLocale

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import Reason
from uploader_gui.engine.receipt import Original, Receipt, ReceiptFile, ReceiptState
from uploader_gui.gui.receipts import receipt_words
from uploader_gui.gui.receipts.receipt_csv import harmless, table
from uploader_gui.i18n import FRENCH, use_language

BEGAN = 1_741_768_200.0
TRIAL = "TRIAL: nothing was sent to the register"
COLUMNS = (
    "anomaly", "name", "size", "megabytes", "type", "sha256", "id", "upload_id", "result", "reason", "uploaded_at",
    "uploaded_at_utc", "attempts", "may_be_registered_twice", "path", "source", "original_name",
    "original_size", "original_sha256", "state", "code", "message",
)  # fmt: skip


def receipt(**fields: Any) -> Receipt:
    file: dict[str, Any] = {
        "path": "/evidence/a.jpg", "name": "a.jpg", "media_type": "image/jpeg", "size": 1_234_567, "sha256": "ab" * 32,
        "upload_id": "8d2f", "service_id": "1001", "state": ReceiptState.UPLOADED, "attempts": 2, "uploaded_at": BEGAN,
    }  # fmt: skip
    return Receipt("uploader-gui 1.2.3", "4217", BEGAN, BEGAN, (ReceiptFile(**(file | fields)),))


def lines(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), fieldnames=COLUMNS, delimiter=delimiter))[1:]


def test_it_begins_with_a_byte_order_mark_and_every_line_ends_as_windows_wants() -> None:
    content = table(receipt(name="été.jpg"))
    assert content.startswith(b"\xef\xbb\xbf")
    assert (content.count(b"\r\n"), content.count(b"\n")) == (2, 2)
    assert "été.jpg".encode() in content


def test_each_file_is_a_line_with_everything_known_of_it() -> None:
    (line,) = lines(table(receipt()))
    assert line == {
        "anomaly": "4217", "name": "a.jpg", "size": "1234567", "megabytes": "1.235", "type": "image/jpeg",
        "sha256": "ab" * 32, "id": "1001", "upload_id": "8d2f", "result": "Uploaded", "reason": "",
        "uploaded_at": receipt_words.moment(BEGAN), "uploaded_at_utc": "2025-03-12T08:30:00.000Z", "attempts": "2",
        "may_be_registered_twice": "no", "path": "/evidence/a.jpg", "source": "", "original_name": "",
        "original_size": "", "original_sha256": "", "state": "uploaded", "code": "", "message": "",
    }  # fmt: skip


def test_a_file_that_was_on_no_disk_has_a_source_and_no_path() -> None:
    (line,) = lines(table(receipt(name="caf\udce9.jpg", source="from a phone", may_be_registered_twice=True)))
    assert (line["path"], line["source"], line["may_be_registered_twice"]) == ("", "From a phone", "yes")
    assert line["name"] == "caf\\udce9.jpg"  # though it is no text


def test_a_trial_and_several_servers_have_a_column_of_their_own() -> None:
    one, two = receipt(server="https://a.example").files + receipt().files
    both = replace(receipt(), files=(one, two), anomaly_id="=1", trial=True)
    rows = list(csv.reader(io.StringIO(table(both).decode("utf-8-sig"))))
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        (TRIAL, "Anomaly", "Server"),
        (TRIAL, "'=1", "https://a.example"),
        (TRIAL, "'=1", ""),
    ]


def test_a_reason_is_told_in_the_language_and_in_the_receipts_own_words() -> None:
    told = {"reason": Reason(Code.CHANGED), "message": "The file was changed."}
    made = receipt(state=ReceiptState.FAILED, **told, sha256=None, service_id=None, uploaded_at=None)
    (line,) = lines(table(made))
    words = (line["result"], line["reason"], line["state"], line["code"], line["message"])
    assert words == (
        "Failed",
        "The file was changed while it was being sent.",
        "failed",
        "changed",
        "The file was changed.",
    )
    assert (line["sha256"], line["id"], line["uploaded_at"], line["uploaded_at_utc"]) == ("", "", "", "")


def test_french_tables_have_semicolons_and_a_decimal_comma() -> None:
    use_language(FRENCH)
    QLocale.setDefault(QLocale(QLocale.Language.French, QLocale.Country.France))
    content = table(receipt(name="a; b, c.jpg"))
    (line,) = lines(content, ";")
    assert (line["size"], line["megabytes"]) == ("1234567", "1,235")
    assert re.fullmatch(r"1[123]/03/2025 \d\d:(00|15|30|45):00", line["uploaded_at"])
    assert line["name"] == "a; b, c.jpg"
    assert content.decode("utf-8-sig").startswith('"Anomalie";"Fichier";')


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A1", "+1", "-rf.txt", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1+1", "\u00a0@x", *"＝＋－＠"]
)
def test_no_cell_begins_a_formula(name: str) -> None:
    (line,) = lines(table(receipt(name=name, path=name, service_id=name)))
    assert line["name"] == line["path"] == line["id"] == f"'{name}"


@pytest.mark.parametrize("name", ["a=b.txt", "1-2.txt", "é@x", "", "'quoted'", 'he said "hi".txt', "a\nb.txt"])
def test_harmless_names_stay_as_they_are(name: str) -> None:
    assert harmless(name) == name
    (line,) = lines(table(receipt(name=name)))
    assert line["name"] == name


def test_what_was_made_from_another_file_names_it_with_its_own_hash() -> None:
    original = Original("=a.heic", 5, "cd" * 32)
    (line,) = lines(table(receipt(original=original)))
    assert (line["original_name"], line["original_size"], line["original_sha256"]) == ("'=a.heic", "5", "cd" * 32)
    assert line["sha256"] == "ab" * 32
