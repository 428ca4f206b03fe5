"""The settings and tokens that a person changes in the window: they apply at once and are saved.

The settings file may block, so it is read and written in a thread, and one change waits for the one before. Nothing
waits for the keyring: a late answer is used if nothing newer was entered since. Pydantic and keyring are loaded after
the first paint.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer

from uploader_gui import PROGRAM
from uploader_gui.anomaly_links import AnomalyPages
from uploader_gui.credentials import Keeper, expiry_of
from uploader_gui.engine.events import Question
from uploader_gui.engine.options import HttpOptions
from uploader_gui.gui.dialogs.connection_panel import ConnectionTester
from uploader_gui.gui.style.theme import SCHEMES, Theme
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.command_line import LaunchOptions
    from uploader_gui.config import Config
    from uploader_gui.engine.events import Finding
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.platform.application import Language
    from uploader_gui.settings import Settings
    from uploader_gui.window_app.support import UiTasks


_REPORT_SECONDS: Final = 30
GRACE_MS: Final = 2000
"""After how many milliseconds without an answer of the keyring a person is told."""


class Preferences:
    """Holds the configuration, once it is loaded, and applies and saves every change of it."""

    def __init__(
        self,
        window: MainWindow,
        bridge: Bridge,
        *,
        theme: Theme,
        language: Language,
        tasks: UiTasks,
        launch: LaunchOptions,
    ) -> None:
        self._window = window
        self._bridge = bridge
        self._theme = theme
        self._language = language
        self._tasks = tasks
        self._launch = launch
        self._tester = ConnectionTester(window)
        self._change = asyncio.Lock()
        """One change after the other: each starts from the settings that apply."""
        self._coming: list[str] = []
        """The servers of settings that are being saved."""
        self._question: object | None = None
        """Identifies the running search for tokens; another object, or None, once its answer is no longer wanted."""
        self.configuration: Config | None = None
        self._connect()

    def use(self, configuration: Config) -> None:
        """Apply the configuration that was loaded at the start."""
        self.configuration = configuration
        self._apply_to_window(configuration)
        self.show_signed_in()

    def sends_to(self, server: str) -> bool:
        """Return whether this is the server in use; "" is the usual one."""
        from uploader_gui.settings import DEFAULT_API_URL  # noqa: PLC0415 - heavy: loaded with the settings by now

        if self.configuration is None:  # there are no settings that could be used: it sends to none
            return True
        wanted = (server.strip() or DEFAULT_API_URL).rstrip("/")
        return {wanted} == {one.rstrip("/") for one in (self.configuration.settings.api_url, *self._coming)}

    def show_signed_in(self) -> None:
        """Show whether there are tokens, and until when."""
        tokens = self.configuration.tokens if self.configuration is not None else None
        awaited = tokens is None and self._question is not None
        which = hash((tokens, self.configuration.settings.api_url)) if tokens and self.configuration else 0
        state = SignInState(tokens is not None, expires_at=_expiry(tokens), awaited=awaited, which=which)
        self._window.set_signed_in(state)

    def look_for_tokens(self) -> None:
        """Ask the keyring for the server's tokens where there are none; nothing waits for its answer."""
        if self.configuration is not None and self.configuration.tokens is None:
            self._question = question = object()
            self.show_signed_in()
            QTimer.singleShot(GRACE_MS, self._window, lambda: self._say_store_silent(question))
            self._tasks.spawn(self._look_for_tokens(self.configuration.credentials.look(), question))

    def _connect(self) -> None:
        window, spawn = self._window, self._tasks.spawn
        window.sign_in_wanted.connect(lambda refused: spawn(self._ask_for_tokens(refused_again=refused)))
        window.tokens_submitted.connect(lambda *tokens: spawn(self._sign_in(*tokens)))
        window.sign_out_wanted.connect(lambda: spawn(self._sign_out()))
        window.choices_remembered.connect(lambda values: spawn(self._remember(values)))
        window.settings_wanted.connect(self._show_settings)
        window.settings_saved.connect(self._begin_to_save)
        window.body.finish.memory_accepted.connect(lambda: spawn(self._accept_memory()))
        window.body.finish.change_memory.clicked.connect(lambda: self._show_settings(history_days=True))

    def _tell_trouble(self) -> None:
        """Show what is wrong with the settings, if anything."""
        if self.configuration is not None and (trouble := self.configuration.trouble) is not None:
            self._window.notices.warn(lambda: trouble.text)

    # Tokens

    async def _ask_for_tokens(self, *, refused_again: bool) -> None:
        from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept  # noqa: PLC0415 - loaded when asked for

        keeps = self._question is not None  # the keyring has not answered the question before
        if self.configuration is not None and not keeps:
            look = self.configuration.credentials.kept_in_keyring
            keeps = await self._tasks.in_thread(look, GRACE_MS / 1000)
        kept = TokensKept.KEYRING if keeps else TokensKept.MEMORY
        self._window.dialogs.sign_in(kept, refused_again=refused_again)

    async def _look_for_tokens(self, answer: Callable[[], tuple[str, str] | None], question: object) -> None:
        tokens = await self._tasks.in_thread(answer)
        async with self._change:
            if self.configuration is None or question is not self._question:
                return  # a person signed in or out meanwhile, or chose another server
            if tokens is not None:
                self._apply_tokens(tokens)
                self._bridge.sign_in(*tokens, entered=False)
            else:
                self._end_question()

    async def _sign_in(self, bearer: str, session: str) -> None:
        async with self._change:
            if self.configuration is None:
                return
            self._apply_tokens((bearer, session))
            self._bridge.sign_in(bearer, session)
            kept = self.configuration.credentials.save((bearer, session))
        keeper = await self._tasks.in_thread(kept)
        self._warn_of_silence(
            keeper,
            N_(
                "This computer’s password store does not answer. You are signed in, but the tokens are kept "
                "only if it answers before the program closes."
            ),
        )

    async def _sign_out(self) -> None:
        async with self._change:
            if self.configuration is None:
                return
            self._apply_tokens(None)
            self._bridge.sign_out()
            forgotten = self.configuration.credentials.forget()
        keeper = await self._tasks.in_thread(forgotten)
        self._warn_of_silence(
            keeper,
            N_(
                "This computer’s password store does not answer. You are signed out, but the tokens may "
                "still be in it: sign out once more when it works."
            ),
        )

    def _apply_tokens(self, tokens: tuple[str, str] | None) -> None:
        assert self.configuration is not None
        self.configuration = self.configuration.with_tokens(tokens)
        self._end_question()

    def _end_question(self) -> None:
        """End the search for tokens: it was answered, or its answer is no longer wanted."""
        self._question = None
        self._window.notices.show_store_silent(silent=False)
        self.show_signed_in()

    def _say_store_silent(self, question: object) -> None:
        if question is self._question:
            self._window.notices.show_store_silent(silent=True)

    def _warn_of_silence(self, keeper: Keeper, sentence: str) -> None:
        if keeper is Keeper.SILENT:
            self._window.notices.warn(lambda: _(sentence))

    # Settings

    def _show_settings(self, *, history_days: bool = False) -> None:
        if self.configuration is None:
            return
        dialog = self._window.dialogs.settings(self.configuration.settings, self.configuration.fixed)
        dialog.test_wanted.connect(self._test_connection)
        dialog.test_stopped.connect(self._tester.stop)
        self._tester.found.connect(dialog.connection.panel.show_finding)
        self._tester.ended.connect(dialog.connection.panel.show_end)
        if history_days:
            dialog.show_history_days()

    def _begin_to_save(self, values: Settings) -> None:
        """Hold back commands until the settings are saved: files dropped meanwhile are for the server just set."""
        self._bridge.hold()
        is_fixed = self.configuration is not None and "api_url" in self.configuration.fixed
        self._coming += [] if is_fixed else [values.api_url]
        self._tasks.spawn(self._save_settings(values))

    async def _save_settings(self, values: Settings) -> None:
        """Apply and save settings; another server, unit, proxy or authority needs another route in the engine."""
        async with self._change:
            try:
                is_other_server = await self._change_settings(values)
            finally:
                self._bridge.release()
                self._coming = self._coming[1:]
        if is_other_server:
            self.look_for_tokens()

    async def _change_settings(self, values: Settings) -> bool:
        """Return whether the server is another one now."""
        if self.configuration is None:
            return False
        before = self.configuration
        self.configuration = await self._tasks.in_thread(before.changed, values.of_window)
        self._apply(self.configuration)
        is_other_server = before.credentials is not self.configuration.credentials
        if is_other_server:
            self._end_question()
        if _route(before) != _route(self.configuration):
            self._change_route(self.configuration)
        return is_other_server

    async def _remember(self, values: dict[str, str]) -> None:
        """Save and apply what a person chose once for all refused files."""
        async with self._change:
            if self.configuration is None:
                return
            self.configuration = await self._tasks.in_thread(self.configuration.changed, values)
            self._bridge.adjust(self._options(self.configuration))
            self._tell_trouble()

    async def _accept_memory(self) -> None:
        """Save how long History remembers, as it is: it is not asked again."""
        self._window.body.finish.ask_memory(None)
        async with self._change:
            if self.configuration is not None and self.configuration.asks_memory:
                days = self.configuration.settings.history_days
                self.configuration = await self._tasks.in_thread(self.configuration.changed, {"history_days": days})
                self._tell_trouble()

    def _apply_to_window(self, configuration: Config) -> None:
        chosen = configuration.settings
        pages = AnomalyPages(chosen.anomaly_page, chosen.api_url.rstrip("/"))
        self._window.set_operator(pages, chosen.token_help)
        self._window.body.finish.ask_memory(chosen.history_days if configuration.asks_memory else None)
        self._tell_trouble()
        self._theme.force(SCHEMES[chosen.theme])
        self._window.sends_when_dropped = chosen.send_when_dropped == "yes"

    def _apply(self, configuration: Config) -> None:
        self._apply_to_window(configuration)
        self._language.use(configuration.settings.language)
        self._bridge.adjust(self._options(configuration))

    def _change_route(self, configuration: Config) -> None:
        self.show_signed_in()
        listed = [upload.upload_id for upload in self._window.model.snapshots]
        self._bridge.replace(self._options(configuration), listed)

    def _options(self, configuration: Config) -> EngineOptions:
        return configuration.engine(again=self._launch.again, report=self._launch.report)

    async def findings(self) -> list[Finding]:
        """Return what a test of the connection finds within half a minute, with the settings in use."""
        found: list[Finding] = []
        if self.configuration is None:
            return found
        ended = asyncio.Event()
        tester = ConnectionTester()
        tester.found.connect(found.append)
        tester.ended.connect(ended.set)
        values = self.configuration.settings
        tester.start(self._question_with(values), _network_settings(values))
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _REPORT_SECONDS)
        tester.stop()
        return found

    def _test_connection(self, values: Settings) -> None:
        """Test the connection with what the fields hold."""
        if self.configuration is not None:
            self._tester.start(self._question_with(values), _network_settings(values))

    def _question_with(self, values: Settings) -> Question:
        """Return what to test with these settings; tokens go only to the server they were saved for."""
        assert self.configuration is not None
        tokens = self.configuration.tokens
        same = values.api_url.rstrip("/") == self.configuration.settings.api_url.rstrip("/")
        return Question(
            api_url=values.api_url,
            tokens=tokens if same else None,
            anomaly_id=self._window.header.field.anomaly_id,
            kept_back=tokens is not None and not same,
            expires_at=_expiry(tokens),
        )


def _route(configuration: Config) -> tuple[object, ...]:
    """Return the settings with which the engine reaches the service."""
    chosen = configuration.settings
    return chosen.api_url, chosen.size_unit, chosen.proxy, chosen.ca_file, configuration.ca_file


def _expiry(tokens: tuple[str, str] | None) -> float | None:
    return expiry_of(tokens[1]) if tokens else None


def _network_settings(values: Settings) -> HttpOptions:
    from uploader_gui.proxies import finder  # noqa: PLC0415 - heavy (urllib): loaded when asked for

    return HttpOptions(PROGRAM, finder(values.proxy), values.ca_file)
