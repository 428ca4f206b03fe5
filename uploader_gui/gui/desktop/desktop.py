"""What the program asks of the desktop around it: the one seam, kept by `real_desktop.py`, in tests by hand."""

from __future__ import annotations

from typing import Protocol


class Desktop(Protocol):
    """Every wish may be refused by the platform without a word: nothing depends on it."""

    @property
    def reading_ms(self) -> int:
        """Milliseconds that a notification lasts, where it goes with the program; else 0."""

    def notify(self, title: str, text: str) -> None:
        """Tell a person who looks elsewhere."""

    def show_progress(self, share: float | None, left: int) -> None:
        """Show on taskbar, dock or launcher how far it is (0 to 1; None: nothing goes on), and how many files wait."""

    def keep_awake(self, wanted: bool) -> None:  # noqa: FBT001 - a wish with two values
        """Keep the machine from falling asleep, or no longer."""

    def show_icon(self, tip: str) -> None:
        """Show an icon that brings the window back, with a few words, while the window is hidden."""

    def hide_icon(self) -> None:
        """Take the icon away."""

    def close(self) -> None:
        """Give everything back."""
