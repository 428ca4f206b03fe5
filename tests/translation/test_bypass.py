"""No sentence in window or terminal goes past the translation: every literal that reads like words is looked at."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.translation.conftest import ROOT

CODE = ROOT / "uploader_gui"
_OTHERS = (
    *("i18n.py", "failure_messages.py", "terminal.py", "headless.py", "app.py", "__main__.py", "command_line.py"),
    *("config.py", "settings.py", "credentials.py", "paths.py", "report_file.py", "platform/display.py"),
)
SHOWN = [*sorted((CODE / "gui").rglob("*.py")), *(CODE / name for name in _OTHERS)]
MARKS = {"_", "ngettext", "N_", "NN_", "NC_", "NNC_"}
SHOWING = {
    "setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName", "setAccessibleDescription",
    "setTitle", "setStatusTip", "setWhatsThis", "setInformativeText", "QLabel", "QAction", "QPushButton", "QCheckBox",
    "QMenu", "addAction", "drawText", "showText", "showMessage", "say", "tell", "rename", "add_title", "add_sentence",
    "add_field", "UsageError", "SettingsError", "TokenError", "UnwritableError", "NoSettingsFile", "Notice",
    "ReceiptWritten",
}  # fmt: skip
"""What puts text before a person: not one letter may come from a literal."""
UNSEEN = {"debug", "info", "warning", "error", "exception", "getLogger", "compile", "cast"}
"""What takes words no person reads: the log, patterns."""
BUILDING = {"join", "format", "filled", "replace", "str"}
"""What makes a text of its arguments; those of any other call inside are names (of icons, of looks)."""
LIKE_WORDS = re.compile(r"[^\W\d_]{2,}[’'-]?[^\W\d_]*[,;:]? +[^\W\d_]|^[A-Z][a-zà-ÿ]+( [^\W\d_]|$)")
MARKUP = re.compile(r"<[^<>]*>?|^[^<>]*>|^border-\w+: .*$|^body\{.*\}$|^default-src .*$")
"""Tags, parts of tags, what a tag's style says, a page's style and policy."""
ALLOWED = {
    "the form of a date": [("gui/receipts/receipt_words.py", "d MMM yyyy")],
    "the name of a look": [
        ("gui/dialogs/guide_window.py", "ok"),
        *((f"gui/dialogs/{name}.py", "warning") for name in ("settings_dialog", "sign_in_dialog")),
    ],
    "a product's name": [("gui/upload_list/row_text.py", name) for name in ("Word", "Excel", "Outlook")],
    "a value of a setting": [(name, "Mo") for name in ("gui/dialogs/settings_dialog.py", "config.py", "settings.py")],
    "the name of a format": [("gui/drop/offer.py", "Shell IDList Array")],
    "the name of a Qt style": [("gui/style/theme.py", "Fusion")],
    "a role of Qt's palette": [("gui/style/theme.py", "Text")],
    "pydantic's, never shown": [("settings.py", "it is not an address")],
    "a folder's name": [("platform/display.py", "Qt")],
    "a category of Unicode": [("terminal.py", name) for name in ("Cc", "Cf", "Cs")],
}
NO_SENTENCES = {one for places in ALLOWED.values() for one in places}
ROLES = ("gui/style/theme.py", "_ROLES")
"""The names of Qt's palette roles."""


def literals(path: Path) -> Iterator[tuple[str, bool]]:
    """Give each literal that may be seen, and whether it is put before a person right there."""
    tree = ast.parse(path.read_text("utf-8"))
    yield from _within(tree, shown=False, name=path.relative_to(CODE).as_posix())


def _within(node: ast.AST, *, shown: bool, name: str) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Call):
        called = _called(node)
        if called in MARKS | UNSEEN:
            return
        shown = called in SHOWING or (shown and called in BUILDING)
    if _is_docstring(node) or _is_set_aside(node, name):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, shown
    for field, value in ast.iter_fields(node):
        if field not in {"annotation", "returns"}:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _within(child, shown=shown, name=name)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_set_aside(node: ast.AST, name: str) -> bool:
    """Names of Qt's and Python's own."""
    target = (
        node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
    )
    return getattr(target, "id", "") == "__all__" or (name, getattr(target, "id", "")) == ROLES


def bypassing(path: Path) -> list[str]:
    name = path.relative_to(CODE).as_posix()
    return [
        text
        for text, shown in literals(path)
        if (name, text) not in NO_SENTENCES
        and (LIKE_WORDS.search(MARKUP.sub("", text)) or (shown and re.search(r"[^\W\d_]", text)))
    ]


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.relative_to(CODE).as_posix())
def test_every_sentence_goes_through_the_translation(path: Path) -> None:
    assert bypassing(path) == []


@pytest.mark.parametrize(
    "line",
    [
        'button.setText("Send")',
        'QLabel("Drop photos here")',
        'QAction("go", menu)',
        'self._terminal.say(f"done: {count}")',
        'button.setText(" ".join(["send"]))',
        'names = {1: "Waiting"}',
    ],
)
def test_the_scan_sees_a_sentence_that_bypasses_it(line: str) -> None:
    found = list(_within(ast.parse(line), shown=False, name="x.py"))
    assert [text for text, shown in found if LIKE_WORDS.search(text) or shown]


def test_what_is_allowed_is_still_there() -> None:
    assert all(f'"{text}"' in (CODE / name).read_text("utf-8") for name, text in NO_SENTENCES)
