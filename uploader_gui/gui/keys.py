"""Keys that are not the same on every system. Used by the window and by its help."""

from __future__ import annotations

import sys
from typing import Final

from PySide6.QtCore import Qt

ENTER_KEY: Final = Qt.Key.Key_Return if sys.platform == "darwin" else Qt.Key.Key_Enter
"""Only for its name: Enter, Entrée, as it stands on the keyboards; on a Mac ↩. Both keys do the same."""

HISTORY_KEY: Final = Qt.Key.Key_Y if sys.platform == "darwin" else Qt.Key.Key_H
"""With Ctrl, on a Mac Command: ⌘H hides the program there, and ⌘Y is how browsers show what has been."""
