"""The sentences about a password store (keyring) that does not answer."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class StoreWords(Sentence):
    """Sentences of window and terminal."""

    SIGNING_IN = QT_TRANSLATE_NOOP("password_store", "Signing in…")
    WAITING = QT_TRANSLATE_NOOP(
        "password_store",
        "This computer’s password store does not answer yet; perhaps it asks for its password. Whatever you add is "
        "kept and goes once it answers, or once you sign in here.",
    )
    NOT_KEPT = QT_TRANSLATE_NOOP(
        "password_store",
        "This computer’s password store does not answer. You are signed in, but the tokens are kept only if it answers "
        "before the program closes.",
    )
    NOT_FORGOTTEN = QT_TRANSLATE_NOOP(
        "password_store",
        "This computer’s password store does not answer. You are signed out, but the tokens may still be in it: sign "
        "out once more when it works.",
    )
    NO_ANSWER = QT_TRANSLATE_NOOP(
        "password_store",
        "this computer’s password store (keyring) does not answer; unlock it, or set UPLOADER_BEARER_TOKEN and "
        "UPLOADER_SESSION_TOKEN.",
    )

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "password_store"
