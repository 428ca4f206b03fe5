"""The name a file is registered under: valid, composed, readable, at most 250 long, and still recognisable."""

import os
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from uploader_gui.engine.source import MAX_NAME, wire_name

AWKWARD = st.characters(exclude_categories=())
PIECES = st.one_of(
    AWKWARD, st.sampled_from(["e\u0301", "\u0301", "\x00", "👩‍🚒", ".jpg", ".", "…", "\udcff", "\u1100\u1161"])
)
FEW = st.lists(PIECES, max_size=12).map("".join)
MANY = st.builds(lambda piece, count: piece * count, PIECES, st.sampled_from([0, 120, 249, 400]))
NAMES = st.tuples(FEW, MANY, FEW, MANY, FEW).map("".join)


def length(name: str) -> int:
    return len(name.encode("utf-16-le")) // 2


@given(NAMES)
@example("e\x00\u0301.jpg")
@example("\ud83d\ude00" * 200)
@settings(deadline=None, max_examples=300)
def test_whatever_a_file_is_called_the_name_sent_is_a_good_one(name: str) -> None:
    sent, shortened = wire_name(name)
    sent.encode("utf-8")
    assert 1 <= length(sent) <= MAX_NAME
    assert unicodedata.is_normalized("NFC", sent)
    assert not any(unicodedata.category(character) == "Cc" for character in sent)
    assert wire_name(sent) == (sent, False)
    assert not shortened or "…" in sent


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("e\u0301te\u0301.jpg", "été.jpg"),
        ("e\x00\u0301.jpg", "é.jpg"),
        ("e\u0301" * 246 + ".jpg", "é" * 246 + ".jpg"),
        ("a\nb\tc\x7f\x85.txt", "abc.txt"),
        ("\x01\x02", "file"),
        (os.fsdecode(b"caf\xe9.jpg"), "caf?.jpg"),
        *((name, name) for name in ("photo 👩‍🚒.jpg", "photo\u202egpj.exe", "100 % #1 & co.csv", "..\\..\\secret.txt")),
        *((name, name) for name in (" leading and trailing ", "…", "CON", "con.jpg", "COM1", "LPT9.pdf", "AUX.")),
    ],
)
def test_a_name_is_data_only_composed_and_freed_of_control_characters(name: str, sent: str) -> None:
    assert wire_name(name) == (sent, False)


@pytest.mark.parametrize("stem", ["a" * 246, "é" * 246, "👩" * 123])
def test_250_is_not_too_long_and_251_is(stem: str) -> None:
    assert wire_name(f"{stem}.jpg") == (f"{stem}.jpg", False)
    assert wire_name(f"{stem}.jpeg")[1]


@pytest.mark.parametrize("character", ["a", "é", "👩", "e\u0301"])
@pytest.mark.parametrize("count", [251, 1_000, 10_000])
def test_a_longer_name_loses_the_middle_of_its_stem_and_keeps_its_extension(character: str, count: int) -> None:
    sent, shortened = wire_name(f"begin{character * count}end.jpeg")
    assert shortened
    assert MAX_NAME - 2 <= length(sent) <= MAX_NAME
    assert sent.startswith("begin")
    assert sent.endswith("end.jpeg")
    assert sent.count("…") == 1


def test_the_limit_counts_as_utf16_does() -> None:
    assert wire_name("👩" * 125) == ("👩" * 125, False)
    sent, shortened = wire_name("👩" * 126)
    assert (shortened, length(sent) <= MAX_NAME) == (True, True)


def test_an_absurd_extension_is_shortened_like_the_rest() -> None:
    sent, shortened = wire_name("a." + "x" * 300)
    assert (shortened, length(sent)) == (True, MAX_NAME)
    assert sent.startswith("a.xxx")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=251, max_size=400))
@settings(deadline=None, max_examples=100)
def test_a_short_extension_always_survives(stem: str) -> None:
    stem = unicodedata.normalize("NFC", stem)
    sent, shortened = wire_name(f"{stem}.PDF")
    assert sent.endswith(".PDF")
    assert shortened == (length(f"{stem}.PDF") > MAX_NAME)
