"""The storage's error XML gives two plain fields and nothing else, whatever is in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uploader_gui.engine.redaction import readable
from uploader_gui.engine.transfer.s3 import error_words

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY x SYSTEM "file:///etc/passwd">]><Error><Code>&c;</Code><Message>&x;</Message></Error>'
)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (f"{HEAD}<Error><Code>SlowDown</Code><Message>Reduce.</Message></Error>", ("SlowDown", "Reduce.")),
        ("<Error><Message>first</Message><Code>Second</Code></Error>", ("Second", "first")),
        ("<Error><Code>A</Code><Message>it doesn&apos;t &lt;b&gt;</Message></Error>", ("A", "it doesn't <b>")),
        ("<Error>\n  <Code>\n AccessDenied\n </Code>\n</Error>", ("AccessDenied", "")),
        (
            '<Error xmlns="http://s3.example/"><Code>A</Code><Resource>/k</Resource><Message>B</Message></Error>',
            ("A", "B"),
        ),
        *((answer, ("", "")) for answer in ("<Error><Code></Code><Message/></Error>", "<Error><Code>cut off")),
        *((answer, ("", "")) for answer in ("</Code><Code>", "the end</Code>", "</Code><Code>later</Code>")),
        *((answer, ("", "")) for answer in ("<html><body>503</body></html>", "")),
        (HEAD + BOMB, ("&c;", "&x;")),
        ("<Code>" + "<Code>" * 500 + "deep" + "</Code>" * 500, ("<Code>" * 500 + "deep", "")),
        ("<Code>&#" + "9" * 5_000 + ";</Code>", ("\ufffd", "")),
        ("<Code>a</Code><Code>b</Code>", ("a", "")),
    ],
)
def test_two_plain_fields_are_found_or_nothing(answer: str, words: tuple[str, str]) -> None:
    assert error_words(answer.encode()) == words
    assert error_words(answer.encode("utf-16")) == error_words(answer.encode("utf-32")) == ("", "")


@pytest.mark.parametrize("size", [65_536, 1_000_000])
def test_only_the_beginning_of_a_huge_answer_is_looked_at(size: int) -> None:
    assert error_words(b"<Error>" + b" " * size + b"<Code>late</Code>") == ("", "")
    code, _ = error_words(b"<Code>" + b"a" * size + b"</Code>")
    assert len(code) <= 65_536


@given(
    st.lists(
        st.sampled_from([b"<Code>", b"</Code>", b"<Message>", b"</Message>", b"&a;", b"\xff"]) | st.binary(max_size=9)
    )
)
@settings(deadline=None, max_examples=200)
def test_any_bytes_at_all_are_taken_calmly(pieces: list[bytes]) -> None:
    for words in error_words(b"".join(pieces)):
        shown = readable(words)
        assert len(shown) <= 300
        assert shown.isprintable()
