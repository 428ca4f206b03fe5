"""Names of arrived objects: readable, and harmless to every file system."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uploader_gui.sandbox.storage import safe_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("relevé-désenfumage.xlsx", "relevé-désenfumage.xlsx"),
        ("e\u0301tage.jpg", "étage.jpg"),
        ("porte 🚪.jpg", "porte 🚪.jpg"),
        ("..", "_"),
        ("", "_"),
        ("a/b\\c:d.txt", "a_b_c_d.txt"),
        ("con", "_con"),
        ("LPT1.pdf", "_LPT1.pdf"),
        ("fin. .", "fin"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
    ],
)
def test_a_name_is_kept_as_near_as_it_can_be(name: str, kept: str) -> None:
    assert safe_name(name) == kept


@given(st.text(st.characters()))
@settings(deadline=None)
def test_every_name_becomes_one_that_windows_and_linux_take(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= 120
    assert len(safe.encode()) <= 200
    assert not set(safe) & set('<>:"/\\|?*\0\n')
    assert safe == safe.strip()
    assert not safe.endswith(".")
