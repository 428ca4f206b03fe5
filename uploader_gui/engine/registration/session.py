"""Whether the service lets us in: which tokens are in force, and what a person is told about them.

Owned by `registrar.py`, whose calls show what tokens are worth.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from uploader_gui.engine.events import Condition, SignedIn, SignInRequired

if TYPE_CHECKING:
    from uploader_gui.engine.conditions import Conditions
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.registration.api import ApiClient, Tokens

log = logging.getLogger(__name__)


class ApiSession:
    """The tokens of the API's client. Those a call began with are told from those that came meanwhile."""

    def __init__(self, api: ApiClient, conditions: Conditions, events_out: EventBuffer) -> None:
        self._api = api
        self._conditions = conditions
        self._events = events_out
        self._just_entered = False
        self._accepted: Tokens | None = None
        self._told_refused: Tokens | None = None

    @property
    def waiting(self) -> bool:
        """True while a person is to sign in."""
        return Condition.SIGN_IN in self._conditions

    @property
    def tokens(self) -> Tokens | None:
        """The tokens in force."""
        return self._api.tokens

    def sign_in(self, tokens: Tokens, *, entered: bool = True) -> None:
        """Use other tokens from now on. Not `entered`: they were kept since an earlier run, and may be too old."""
        self._api.tokens = tokens
        self._just_entered = entered
        self._conditions.end(Condition.SIGN_IN)

    def sign_out(self) -> None:
        """Use no tokens: the next batch asks for sign-in."""
        self._api.tokens = None
        self._just_entered = False

    def accepted(self, tokens: Tokens | None) -> None:
        """The service took these: told once."""
        self._just_entered = False
        if tokens is not self._accepted:
            self._accepted = tokens
            self._events.send(SignedIn())

    def just_entered(self, tokens: Tokens | None) -> bool:
        """Tell whether these are in force and were never taken: refused, they do not become better by waiting."""
        return self._just_entered and tokens is self._api.tokens

    def tell_refused_again(self, tokens: Tokens | None) -> None:
        """What a person just entered is refused: told once."""
        if tokens is not self._told_refused:
            self._told_refused = tokens
            self._events.send(SignInRequired(refused_again=True))

    def ask(self, tokens: Tokens | None, why: str) -> None:
        """Have a person sign in, unless other tokens came meanwhile or that is asked already."""
        if tokens is self._api.tokens and not self.waiting:
            log.info("the service refused the tokens: %s", why)
            self._conditions.begin(Condition.SIGN_IN)
            self._events.send(SignInRequired())
