"""Whether a window can be opened is found out without Qt, which would abort the process."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest

from uploader_gui.platform import display

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")


@pytest.fixture(autouse=True)
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["", ":931", "127.0.0.1:931", "nonsense", ":"])
def test_an_absent_or_dead_display_is_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DISPLAY", name)
    hindrance = display.find_obstacle()
    assert hindrance is not None
    assert hindrance.text == "There is no display."


def test_an_offscreen_platform_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.find_obstacle() is None


def test_a_wayland_display_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
        assert display.find_obstacle() is None


def test_a_missing_library_is_named_with_the_packages_to_install() -> None:
    sentence = display.Obstacle("libxcb-cursor.so.0").text
    assert "libxcb-cursor.so.0" in sentence
    assert "apt install" in sentence
    assert "libxcb-cursor0" in sentence
