"""The French catalogue is whole: nothing missing, left over, changed by hand or badly set; all of it is loaded."""

import ast
import gettext
import re
import struct
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.mofile import read_mo

from tests.translation.conftest import ROOT, UPDATING, Message, messages
from uploader_gui.engine import errors
from uploader_gui.failure_messages import OWN_DETAILS
from uploader_gui.i18n import _, ngettext, number, use_language

ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
BEFORE = re.compile("[^\u00a0\u202f](?:[;!?»%]|:(?!//|\\)))")
"""A high mark that could stand alone at the beginning of a line."""
AFTER = re.compile("«[^\u00a0\u202f]")
SAME_IN_BOTH = {
    "Date", "Type", "{size}/s", "Français", "English", "Version", "Licence", "options:", "ok", "note",
    "journal (SQLite)",
}  # fmt: skip


def places(text: str) -> set[str]:
    return {name for _text, name, _form, _kind in Formatter().parse(text) if name is not None}


def test_the_catalogue_holds_the_sentences_of_the_code_no_more_and_no_less() -> None:
    code = {(one.context, UPDATING.forms_of(one.id)) for one in UPDATING.sentences_of_code() if one.id}
    assert {(one.context, one.sources) for one in messages()} == code, "run packaging/update_translations.py"


def test_the_compiled_file_holds_what_translators_wrote() -> None:
    forms = UPDATING.forms_of
    with UPDATING.FRENCH_PO.with_suffix(".mo").open("rb") as file:
        compiled = {(one.context, forms(one.id)): forms(one.string) for one in read_mo(file) if one.id}
    written = {(one.context, one.sources): one.forms for one in messages()}
    assert compiled == written, "run packaging/update_translations.py"


@pytest.mark.parametrize(
    "code", ['_(f"{x} files")', '_("a" + x)', "N_(x)", 'ngettext("one", x, 2)', 'NC_("a", f"{x}")']
)
def test_a_sentence_put_together_where_it_is_marked_is_reported(code: str) -> None:
    with pytest.raises(UPDATING.NotALiteralError, match=r"a\.py:1"):
        list(UPDATING.sentences_in(code, "a.py"))


def test_a_sentence_inside_of_another_call_is_found() -> None:
    code = """_("a {b}", b=_("c")); ngettext(*NNC_("x", "{count} d", "{count} e"), 2); f"{NN_('f', 'g')}" """
    found = set(UPDATING.sentences_in(code, "a.py"))
    assert found == {(None, ("a {b}",)), (None, ("c",)), ("x", ("{count} d", "{count} e")), (None, ("f", "g"))}


def test_every_sentence_is_translated() -> None:
    assert [str(one) for one in messages() if not _is_translated(one)] == []


def _is_translated(message: Message) -> bool:
    sentence = message.sources[-1]
    if len(message.forms) != len(message.sources) or not all(form.strip() for form in message.forms):
        return False
    has_words = re.search(r"[A-Za-z]{2}", re.sub(r"{\w+}", "", sentence))
    return not has_words or sentence in SAME_IN_BOTH or sentence not in message.forms


def test_no_place_for_a_value_is_lost() -> None:
    assert [str(one) for one in messages() if not _keeps_places(one)] == []


def _keeps_places(message: Message) -> bool:
    """Return whether all forms have the same places; one file need not be counted."""
    wanted = places(message.sources[-1])
    singular = len(message.sources) > 1
    return all(
        places(form) == wanted
        or (singular and form in {message.sources[0], message.forms[0]} and places(form) == wanted - {"count"})
        for form in (*message.sources, *message.forms)
    )


def test_french_is_set_as_the_french_set_it() -> None:
    assert [form for one in messages() for form in one.forms if not _is_well_set(form, one.sources[-1])] == []


def _is_well_set(form: str, source: str) -> bool:
    return (
        not (BEFORE.search(form) or AFTER.search(form) or set(form) & set("'\"!") or "..." in form)
        and form == form.strip()
        and form.endswith(".") == source.endswith(".")
        and form.endswith("…") == source.endswith("…")
    )


def test_english_is_calm_and_in_sentence_case() -> None:
    names = re.compile(r"Excel|Word|PowerPoint|Outlook|Debian|Qt|History|Receipt|Enter")
    shouting = re.compile(r"!|[a-z] [A-Z][a-z]")
    assert [one for message in messages() for one in message.sources if shouting.search(names.sub("", one))] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_program_says_every_sentence_with_its_values(language: str) -> None:
    use_language(language)
    for message in messages():
        forms = message.forms if language == "fr" else message.sources
        key = "\x04".join(filter(None, (message.context, message.sources[0])))
        values = {name: f"<{name}> x{{y}}%1" for name in places(message.sources[-1]) - {"count"} if not name.isdigit()}
        if len(message.sources) == 1:
            assert _(key) == forms[0]
            continue
        for count in (0, 1, 2, 3000):
            form = forms[count > 1 if language == "fr" else count != 1]
            assert ngettext(key, message.sources[1], count, **values) == form.format(count=number(count), **values)
    assert _("") == ""


def test_python_itself_cannot_read_an_empty_catalogue(tmp_path: Path) -> None:
    """It is why a damaged file is caught by any error."""
    (tmp_path / "empty.mo").touch()
    with (tmp_path / "empty.mo").open("rb") as file, pytest.raises(struct.error):
        gettext.GNUTranslations(file)


def test_the_details_that_are_translated_are_those_the_engine_gives() -> None:
    modules = list((ROOT / "uploader_gui" / "engine").rglob("*.py"))
    engine = "".join(path.read_text("utf-8") for path in modules)
    assert [detail for detail in OWN_DETAILS if detail not in engine] == []
    assert {detail for path in modules for detail in _details(path)} <= set(OWN_DETAILS)


def _details(path: Path) -> set[str]:
    """Give the words with which errors of the engine's own tree are made there."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call) and node.args]
    made = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ERRORS]
    first = [call.args[0] for call in made]
    return {one.value for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str)}
