"""The translation file is whole: nothing missing, left over, unfinished, changed by hand or badly set."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.translation.conftest import FRENCH_TS, ROOT, Message, messages
from uploader_gui.engine import errors
from uploader_gui.terminal import CountedLines, Lines
from uploader_gui.text import Counted, FilterWords, Words
from uploader_gui.words.about import Words as AboutWords
from uploader_gui.words.command_line import Help, Wrong
from uploader_gui.words.deposits import DropWords, HistoryCounts, HistoryWords, ReceiptCounts, ReceiptWords
from uploader_gui.words.handover import HandoverWords
from uploader_gui.words.help import HelpWords
from uploader_gui.words.manners import CountedManners, MannersWords
from uploader_gui.words.offers import CountedOffers, OfferWords
from uploader_gui.words.password_store import StoreWords
from uploader_gui.words.remedies import OWN_DETAILS
from uploader_gui.words.self_test import Words as SelfTestWords
from uploader_gui.words.settings import ConnectionWords, SettingsWords
from uploader_gui.words.start import StartErrors, WrongSetting

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.words.translation import CountedSentence, Sentence

PLACE = re.compile(r"%(?:Ln|[1-9])")
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
BEFORE = re.compile("[^\u00a0\u202f](?:[;!?»%](?![Ln1-9])|:(?!//|\\)))")
"""A high mark that could stand alone at the beginning of a line."""
AFTER = re.compile("«[^\u00a0\u202f]")
SAME_IN_BOTH = {
    "Date", "Type", "%1/s", "Français", "English", "Version", "Licence", "options:", "ok", "note", "journal (SQLite)",
}  # fmt: skip

PLAIN: list[type[Sentence]] = [
    Words,
    FilterWords,
    SettingsWords,
    ConnectionWords,
    ReceiptWords,
    HistoryWords,
    DropWords,
    Lines,
    AboutWords,
    SelfTestWords,
    Help,
    Wrong,
    StartErrors,
    WrongSetting,
    HandoverWords,
    OfferWords,
    StoreWords,
]
COUNTED: list[type[CountedSentence]] = [
    Counted,
    ReceiptCounts,
    HistoryCounts,
    CountedLines,
    CountedManners,
    CountedOffers,
]


@pytest.fixture(scope="module")
def updating() -> Any:
    """Load the script that translators run."""
    path = ROOT / "packaging" / "update_translations.py"
    spec = importlib.util.spec_from_file_location("update_translations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named(message: Message) -> str:
    return f"{message.context}: {message.source}"


def test_the_file_holds_the_sentences_of_the_code_no_more_and_no_less(updating: Any, tmp_path: Path) -> None:
    fresh = tmp_path / FRENCH_TS.name
    shutil.copy(FRENCH_TS, fresh)
    updating.read_sentences(fresh, updating.LANGUAGES["fr"])
    assert fresh.read_text("utf-8") == FRENCH_TS.read_text("utf-8"), "run packaging/update_translations.py"


def test_the_compiled_file_is_what_lrelease_makes_of_it(updating: Any, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.qm"
    updating.compile_sentences(FRENCH_TS, fresh)
    assert fresh.read_bytes() == FRENCH_TS.with_suffix(".qm").read_bytes(), "run packaging/update_translations.py"


def test_every_enumerated_sentence_is_in_the_file() -> None:
    known = {(one.context, one.source) for one in messages()}
    plain: list[Sentence] = [
        *Words,
        *FilterWords,
        *ReceiptWords,
        *HistoryWords,
        *Lines,
        *SettingsWords,
        *ConnectionWords,
        *MannersWords,
        *HelpWords,
        *Help,
        *Wrong,
        *StartErrors,
        *WrongSetting,
    ]
    counted: list[CountedSentence] = [*Counted, *ReceiptCounts, *HistoryCounts, *CountedLines, *CountedManners]
    assert {(one.context, one.value) for one in plain} <= known
    assert {(one.context, one.value[1]) for one in counted} <= known


@pytest.mark.parametrize(
    "group",
    [
        Words,
        FilterWords,
        SettingsWords,
        ConnectionWords,
        MannersWords,
        HelpWords,
        ReceiptWords,
        HistoryWords,
        Lines,
        Counted,
        ReceiptCounts,
        HistoryCounts,
        CountedLines,
        CountedManners,
        Help,
        Wrong,
        StartErrors,
        WrongSetting,
    ],
)
def test_no_two_sentences_of_a_group_are_one_by_accident(group: Any) -> None:
    assert list(group.__members__) == [member.name for member in group]


@pytest.mark.parametrize("message", messages(), ids=named)
def test_a_sentence_is_translated_and_finished(message: Message) -> None:
    assert message.mark == ""
    assert len(message.forms) == (2 if message.counted else 1)
    assert all(form.strip() for form in message.forms)
    if re.search(r"[A-Za-z]{2}", PLACE.sub("", message.source)) and message.source not in SAME_IN_BOTH:
        assert message.source not in message.forms


@pytest.mark.parametrize("message", messages(), ids=named)
def test_no_place_for_a_value_is_lost_or_doubled(message: Message) -> None:
    wanted = Counter(PLACE.findall(message.source))
    assert max(wanted.values(), default=1) == 1
    for form in message.forms:
        assert Counter(PLACE.findall(form)) == wanted


@pytest.mark.parametrize("message", messages(), ids=named)
def test_french_is_set_as_the_french_set_it(message: Message) -> None:
    for form in message.forms:
        assert not BEFORE.search(form)
        assert not AFTER.search(form)
        assert "'" not in form
        assert '"' not in form
        assert "..." not in form
        assert form == form.strip()
        assert form.endswith(".") == message.source.endswith(".")
        assert form.endswith("…") == message.source.endswith("…")


@pytest.mark.parametrize("sentence", [one for group in COUNTED for one in group])
def test_english_brings_its_own_form_for_one(sentence: CountedSentence) -> None:
    one, many = sentence.value
    assert set(PLACE.findall(one)) == set(PLACE.findall(many)) - {"%Ln"}


@pytest.mark.parametrize("detail", OWN_DETAILS)
def test_a_translated_detail_is_one_the_engine_gives(detail: str) -> None:
    engine = "".join(path.read_text("utf-8") for path in (ROOT / "uploader_gui" / "engine").rglob("*.py"))
    assert detail in engine


def test_every_detail_in_the_engines_own_words_is_translated() -> None:
    own = {detail for path in (ROOT / "uploader_gui" / "engine").rglob("*.py") for detail in _details(path)}
    assert own <= set(OWN_DETAILS)


def _details(path: Path) -> set[str]:
    """Give the words with which errors of the engine's own tree are made there."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call) and node.args]
    made = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ERRORS]
    first = [call.args[0] for call in made]
    return {one.value for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str)}
