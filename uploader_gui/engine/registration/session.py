"""Whether the service accepts us: which tokens are in force, and what a person is told about them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from uploader_gui.engine.events import Condition, SignedIn, SignInRequired

if TYPE_CHECKING:
    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.registration.api import Tokens

log = logging.getLogger(__name__)


class ApiSession:
    """The tokens of the API's client. Methods take the tokens a call began with: others may be in force by now."""

    def __init__(self, context: EngineContext) -> None:
        self._api = context.server.api
        self._conditions = context.conditions
        self._events = context.events
        self._scheduler = context.scheduler
        self._just_entered = False
        self._accepted: Tokens | None = None
        self._told_refused: Tokens | None = None

    @property
    def waiting(self) -> bool:
        """Whether a person has to sign in before the next call."""
        return Condition.SIGN_IN in self._conditions

    @property
    def tokens(self) -> Tokens | None:
        """The tokens in force."""
        return self._api.tokens

    def sign_in(self, tokens: Tokens, *, entered: bool) -> None:
        """Use other tokens from now on. Not `entered`: they were kept from an earlier run, and may have expired."""
        self._api.tokens = tokens
        self._just_entered = entered
        self._conditions.end(Condition.SIGN_IN)
        self._scheduler.wake()

    def sign_out(self) -> None:
        """Use no tokens: the next batch asks for sign-in."""
        self._api.tokens = None
        self._just_entered = False
        self._scheduler.wake()

    def accepted(self, tokens: Tokens | None) -> None:
        """Tell, once, that the service accepted these (`SignedIn`)."""
        self._just_entered = False
        if tokens is not self._accepted:
            self._accepted = tokens
            self._events.send(SignedIn())

    def just_entered(self, tokens: Tokens | None) -> bool:
        """Return whether these are in force and were never accepted: refused, they do not become better by waiting."""
        return self._just_entered and tokens is self._api.tokens

    def tell_refused_again(self, tokens: Tokens | None) -> None:
        """Tell, once, that the tokens a person just entered are refused."""
        if tokens is not self._told_refused:
            self._told_refused = tokens
            self._events.send(SignInRequired(refused_again=True))

    def ask(self, tokens: Tokens | None, why: str) -> None:
        """Ask for sign-in, unless other tokens came meanwhile or that is asked already."""
        if tokens is self._api.tokens and not self.waiting:
            log.info("the service refused the tokens: %s", why)
            self._conditions.begin(Condition.SIGN_IN)
            self._events.send(SignInRequired())
