"""A person's two tokens: from the environment, the operating system's keyring, or (without one) memory only.

Kept per server, so that one server's tokens are never sent to another. `look`, `save` and `forget` return at once, for
the keyring works in a thread of its own; the functions they return wait, and are never for the window's thread.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import threading
import time
from concurrent.futures import wait
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from uploader_gui.engine.tasks_and_threads import SerialThread
from uploader_gui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future


log = logging.getLogger(__name__)

T = TypeVar("T")

SERVICE: Final = "uploader-gui"
BEARER_VARIABLE: Final = "UPLOADER_BEARER_TOKEN"
SESSION_VARIABLE: Final = "UPLOADER_SESSION_TOKEN"
PART_LENGTH: Final = 1000
"""Windows Credential Manager holds 2,560 bytes (1,280 UTF-16 characters) per secret: longer tokens are split."""

Tokens = tuple[str, str]
"""Bearer and session token."""

ANSWER_SECONDS: Final = 30.0
"""How long a start without a window, and a save, waits for the keyring: a person may be typing its password."""

_POLL_SECONDS: Final = 0.05


class TokenError(ValueError):
    """A text cannot be a token; the message is a complete sentence that does not repeat it."""


class Keeper(Enum):
    """Where tokens are kept."""

    KEYRING = "keyring"
    MEMORY = "memory"
    ENVIRONMENT = "environment"
    SILENT = "silent"
    """The keyring has not answered: it may hold tokens, and may still store new ones."""


class Credentials:
    """The tokens for one server. `patience`: how many seconds to wait for the keyring.

    The environment's tokens are only for the server that was set when the program began.
    """

    def __init__(self, api_url: str, store: PasswordStore | None = None, *, patience: float = ANSWER_SECONDS) -> None:
        self._api_url = self._begun_with = api_url.rstrip("/")
        self._store = store or PasswordStore()
        self._patience = patience
        self._in_memory: Tokens | None = None

    def of(self, api_url: str) -> Credentials:
        """Return the credentials for another server, in the same keyring."""
        other = Credentials(api_url, self._store, patience=self._patience)
        other._begun_with = self._begun_with
        return other

    def at_hand(self) -> tuple[Tokens | None, Keeper]:
        """Return the tokens that are known without asking the keyring, and where they came from.

        Raises:
            TokenError: the environment holds something that is no token.
        """
        bearer, session = os.environ.get(BEARER_VARIABLE), os.environ.get(SESSION_VARIABLE)
        if bearer and session and self._api_url == self._begun_with:
            return (clean(bearer), clean(session)), Keeper.ENVIRONMENT
        return self._in_memory, Keeper.MEMORY

    def load(self, interrupted: Callable[[], bool] = lambda: False) -> tuple[Tokens | None, Keeper]:
        """Return the tokens and where they came from; ask the keyring where none are known.

        Raises:
            TokenError: the environment holds something that is no token.
        """
        tokens, keeper = self.at_hand()
        if tokens is not None:
            return tokens, keeper
        return _outcome(self._store.submit(self._from_keyring), self._patience, interrupted)

    def look(self) -> Callable[[], Tokens | None]:
        """Ask the keyring; return a function that waits for its answer, however late: a person may type a password."""
        question = self._store.submit(self._from_keyring)

        def answer() -> Tokens | None:
            wait({question})
            return _outcome(question, 0)[0]

        return answer

    def save(self, tokens: Tokens) -> Callable[[], Keeper]:
        """Use tokens from now on and store them; return a function that waits until it is known where.

        A keyring that does not answer in time stores them when it does.
        """
        self._in_memory = tokens
        return partial(self._keeper, self._store.submit(partial(self._save_all, tokens)))

    def forget(self) -> Callable[[], Keeper]:
        """Forget the tokens of this server, in the keyring too; the function it returns waits as that of `save`."""
        self._in_memory = None
        return partial(self._keeper, self._store.submit(self._forget_all))

    def kept_in_keyring(self, seconds: float) -> bool:
        """Return whether this machine has a keyring to keep tokens in, as far as that is known after these seconds."""
        works, keeper = _outcome(self._store.submit(_keyring_works), seconds)
        return bool(works) or keeper is Keeper.SILENT  # there is one, only silent

    def _keeper(self, change: Future[None]) -> Keeper:
        return _outcome(change, self._patience)[1]

    # In the keyring's thread

    def _save_all(self, tokens: Tokens) -> None:
        for kind, token in zip(("bearer", "session"), tokens, strict=True):
            self._save_one(kind, token)

    def _forget_all(self) -> None:
        for kind in ("bearer", "session"):
            self._end(kind, 0)

    def _from_keyring(self) -> Tokens | None:
        bearer, session = self._load_one("bearer"), self._load_one("session")
        return (bearer, session) if bearer and session else None

    def _load_one(self, kind: str) -> str | None:
        import keyring  # noqa: PLC0415 - heavy: a script that has its tokens in the environment needs none

        parts: list[str] = []
        while part := keyring.get_password(SERVICE, self._name(kind, len(parts))):
            parts.append(part)
            if len(part) < PART_LENGTH:
                break
        return "".join(parts) or None

    def _save_one(self, kind: str, token: str) -> None:
        """Store a token in parts of `PART_LENGTH`; a shorter part, or the first missing one, ends it."""
        import keyring  # noqa: PLC0415 - as above

        parts = [token[at : at + PART_LENGTH] for at in range(0, len(token), PART_LENGTH)]
        for number, part in enumerate(parts):
            keyring.set_password(SERVICE, self._name(kind, number), part)
        self._end(kind, len(parts))

    def _end(self, kind: str, number: int) -> None:
        """Remove this part and all after it, so that nothing of a longer token remains."""
        import keyring.errors  # noqa: PLC0415 - as above

        try:
            while keyring.get_password(SERVICE, self._name(kind, number)) is not None:
                keyring.delete_password(SERVICE, self._name(kind, number))
                number += 1
        except keyring.errors.PasswordDeleteError:
            return

    def _name(self, kind: str, number: int) -> str:
        return f"{self._api_url} {kind}" + (f" #{number + 1}" if number else "")


def _outcome(
    question: Future[T], seconds: float, interrupted: Callable[[], bool] = lambda: False
) -> tuple[T | None, Keeper]:
    """Return the keyring's answer, None without one, and where tokens are kept as far as that shows."""
    try:
        return answer_of(question, seconds, interrupted), Keeper.KEYRING
    except StoreSilent:
        log.info("the keyring does not answer")
        return None, Keeper.SILENT
    except Exception as error:  # noqa: BLE001 - keyring raises what the system raises (Windows: pywintypes.error)
        log.info("no keyring: %s", type(error).__name__)
        return None, Keeper.MEMORY


def _keyring_works() -> bool:
    import keyring  # noqa: PLC0415 - as above

    return keyring.get_keyring().priority > 0


def clean(token: str) -> str:
    """Return a token as it goes into a header: trimmed, without a pasted "Bearer ".

    Raises:
        TokenError: what is left is empty or holds characters no token has.
    """
    text = re.sub(r"^bearer(\s+|$)", "", token.strip(), flags=re.IGNORECASE)
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise TokenError(_("a token is empty or holds characters that no token has."))
    return text


def expiry_of(session_token: str) -> float | None:
    """Return the `exp` of a JWT in seconds since 1970 (read, never verified), or None."""
    try:
        payload = session_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expires = float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return None
    return expires if 0 < expires < 1e11 else None  # noqa: PLR2004 - milliseconds and infinities are no seconds


class StoreSilent(Exception):
    """The keyring has not answered in time; it may do so later."""


class PasswordStore:
    """Makes calls of the keyring one after the other in a daemon thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: SerialThread | None = None

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Queue a call and return its future, which may never be done."""
        with self._lock:
            self._thread = self._thread or SerialThread("uploader-keyring")
            return self._thread.submit(call)


def answer_of(future: Future[T], seconds: float = ANSWER_SECONDS, interrupted: Callable[[], bool] = lambda: False) -> T:
    """Return the result of a call.

    Raises:
        StoreSilent: it did not end within these seconds, or the run was interrupted.
    """
    until = time.monotonic() + seconds
    while not future.done():
        if interrupted() or time.monotonic() > until:
            raise StoreSilent
        wait({future}, timeout=min(_POLL_SECONDS, seconds))
    return future.result()
