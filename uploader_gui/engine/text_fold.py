"""Names without case and accents: what a person who searches or sorts takes for the same. A leaf."""

from __future__ import annotations

import unicodedata
from typing import Final

_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'"})


def folded(text: str) -> str:
    """Give a text in lower case and without accents: `Été` and `ete` are one, `Œuvre` and `oeuvre` too."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_LIGATURES)
