"""Qt's translations and number forms; plain English on a bare server where Qt's own libraries cannot be loaded.

A leaf: `remedies.py` and `units.py` speak through it, so that headless needs no system library at all.
"""

from __future__ import annotations

try:
    from PySide6.QtCore import QCoreApplication, QLocale
except ImportError:  # a system library is missing; the window says so, the terminal does without

    def translate(context: str, source: str) -> str:  # noqa: ARG001 - the same call as Qt's
        """Give the sentence as it is written."""
        return source

    def localized(value: float, decimals: int = 0) -> str:
        """Give a number in the English form."""
        return f"{value:,.{decimals}f}"

else:

    def translate(context: str, source: str) -> str:
        """Give the sentence in the language in use."""
        return QCoreApplication.translate(context, source)

    def localized(value: float, decimals: int = 0) -> str:
        """Give a number in the language's form."""
        return QLocale().toString(float(value), "f", decimals)
