"""The configuration of a start: settings, tokens and data folder, and what the engine needs of them.

Loads pydantic, so the window imports this module after its first paint, in a thread.
"""

from __future__ import annotations

import math
import ssl
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from uploader_gui import PROGRAM, logs, machine_settings, settings
from uploader_gui.command_line import UsageError
from uploader_gui.credentials import Credentials, Keeper, TokenError
from uploader_gui.engine.addresses import check_base, is_local
from uploader_gui.engine.errors import UrlRefused
from uploader_gui.engine.models import Treatment
from uploader_gui.engine.options import Choices, EngineOptions
from uploader_gui.engine.system_words import system_words
from uploader_gui.failure_messages import english
from uploader_gui.i18n import N_, _
from uploader_gui.machine_settings import SettingsError, early_language, early_theme
from uploader_gui.paths import check_is_no_pipe, data_paths
from uploader_gui.proxies import finder, unusable_proxy
from uploader_gui.settings import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from uploader_gui.logs import RedactingFormatter
    from uploader_gui.machine_settings import MachineSettings
    from uploader_gui.paths import DataPaths
    from uploader_gui.sandbox_session import SandboxSession
    from uploader_gui.settings import Fixed, Settings


@dataclass(frozen=True, slots=True)
class Config:
    """What one start of the program works with; a change makes another one.

    Attributes:
        data: the files of the data folder.
        settings: machine over environment over file over defaults.
        credentials: the tokens kept for the server of `settings`.
        tokens: bearer and session token, None where there are none.
        formatter: takes secrets out of the log.
        window: whether a person is there to be asked.
        trouble: what was wrong with the settings when they were last read or saved, None for nothing.
        ca_file: the further certificate authority, where it can be used.
        fixed: settings that machine or environment fix, so that a person cannot change them, by name.
        trial: whether the service is the sandbox.
        keeper: where the tokens came from.
    """

    data: DataPaths
    settings: Settings
    credentials: Credentials
    tokens: tuple[str, str] | None
    formatter: RedactingFormatter
    window: bool
    trouble: Trouble | None = None
    ca_file: Path | None = None
    fixed: Mapping[str, Fixed] = field(default_factory=dict)
    trial: bool = False
    keeper: Keeper = Keeper.MEMORY

    @classmethod
    def load(
        cls,
        data: DataPaths,
        trial: SandboxSession | None,
        *,
        window: bool,
        interrupted: Callable[[], bool] = lambda: False,
        machine: MachineSettings | None = None,
    ) -> Self:
        """Read everything and start the log. For a window the keyring is not asked, which may take long.

        `machine`: the settings for everybody on this machine, None to read them where they stand.

        Raises:
            UsageError: a setting or a token is wrong.
        """
        try:
            machine = machine_settings.of_this_machine() if machine is None else machine
            fixed = _fixed(machine, trial)
            chosen, trouble = settings.read(data.settings, window=window, machine=machine)
            ca_file, fault = _usable_ca_file(chosen, may_choose=window and "ca_file" not in fixed)
            if trial is not None:
                chosen = _for_trial(chosen, trial)
            check_base(chosen.api_url)
            fault = fault or _proxy_fault(chosen, window=window)
            credentials = Credentials(chosen.api_url)
            tokens, keeper = credentials.at_hand() if window or trial else credentials.load(interrupted)
            tokens = trial.tokens if trial is not None else tokens
        except UrlRefused as error:
            raise UsageError(
                _("the server address (UPLOADER_API_URL) cannot be used: {why}.", why=_(error.detail))
            ) from error
        except (SettingsError, TokenError) as error:
            raise UsageError(str(error)) from error
        return cls(
            data,
            chosen,
            credentials,
            tokens,
            _log_to(data, tokens),
            window,
            trouble=trouble or fault,
            ca_file=ca_file,
            fixed=fixed,
            trial=trial is not None,
            keeper=keeper,
        )

    def engine(self, *, again: bool, report: Path | None = None, asked: Choices | None = None) -> EngineOptions:
        """Return the engine's options. `again` and `report` are the command line's; `asked`: see `choices`."""
        return EngineOptions(
            journal_path=self.data.journal,
            api_url=self.settings.api_url.rstrip("/"),  # the journal identifies an upload's service by it
            tokens=self.tokens,
            size_unit=self.settings.size_unit,
            max_concurrent=self.settings.max_concurrent_uploads,
            offline_limit=None if self.window else self.settings.offline_limit,
            asks_for_sign_in=self.window,
            skip_uploaded=not again,
            choices=self.choices(asked or Choices()),
            bandwidth_limit=self.settings.bytes_per_second,
            proxy_for=finder(self.settings.proxy),
            ca_file=self.ca_file,
            program=PROGRAM,
            describe=english,
            keep_days=math.inf if self.asks_memory else self.settings.history_days,
            receipt=report,
            own_data=(self.data.log, self.data.settings, self.data.window, self.data.instance),
            keeps_list=self.window,
            trial=self.trial,
            depositor=self.settings.depositor,
        )

    @property
    def asks_memory(self) -> bool:
        """Whether the window asks how long History remembers: nobody has set that, and until then it keeps all."""
        is_set = "history_days" in self.settings.model_fields_set
        return self.window and not (is_set or self.trial)

    def choices(self, asked: Choices) -> Choices:
        """Return what to do with files of refused types: as the command line asks, else (in a window) the settings."""
        if not self.window:
            return asked
        pictures, others = self.settings.refused_pictures, self.settings.refused_others
        return Choices(asked.pictures or _treatment(pictures), asked.others or _treatment(others))

    def with_tokens(self, tokens: tuple[str, str] | None) -> Config:
        """Return the configuration with these tokens, or none, and hide them in the log; `credentials` keeps them."""
        self.formatter.hide(tokens or ())
        return replace(self, tokens=tokens)

    def changed(self, values: dict[str, Any]) -> Config:
        """Save what a person set, except what is fixed, and return the configuration with it.

        For another server, the keyring is not asked for its tokens.
        """
        values = {name: value for name, value in values.items() if name not in self.fixed}
        trouble = settings.keep(values, self.data.settings)
        chosen = self.settings.model_copy(update=values)
        ca_file, fault = _usable_ca_file(chosen, may_choose=True)
        now = replace(self, settings=chosen, trouble=trouble or fault, ca_file=ca_file)
        if chosen.api_url.rstrip("/") == self.settings.api_url.rstrip("/"):
            return now
        credentials = self.credentials.of(chosen.api_url)
        return replace(now, credentials=credentials, tokens=credentials.at_hand()[0])


def _for_trial(chosen: Settings, trial: SandboxSession) -> Settings:
    """Return the settings for a trial's server, in the language and colours that the person has chosen."""
    own = data_paths().settings
    looks = {"language": early_language(own), "theme": early_theme(own)}
    return chosen.model_copy(update={"api_url": trial.api_url, "size_unit": "Mo", **looks})


def _proxy_fault(chosen: Settings, *, window: bool) -> Trouble | None:
    """Return what is wrong with the environment's proxy, None where nothing is.

    Raises:
        UsageError: it cannot be used, and no window can choose another.
    """
    address = unusable_proxy(chosen.proxy, chosen.api_url)
    if address is None or is_local(urlsplit(chosen.api_url).hostname or ""):
        return None
    sentence = (
        N_(
            "The proxy {address} is no HTTP proxy, and this program can use no other. Name one in https_proxy or in "
            "the settings (UPLOADER_PROXY)."
        )
        if address
        else N_(
            "What the environment names as proxy (https_proxy, all_proxy) is not an address; correct it, or name one "
            "in the settings (UPLOADER_PROXY)."
        )
    )
    fault = Trouble(sentence, {"address": address})
    if window:
        return fault
    raise UsageError(fault.text)


def _usable_ca_file(chosen: Settings, *, may_choose: bool) -> tuple[Path | None, Trouble | None]:
    """Return the further authority if it can be used, else None and why not.

    Raises:
        UsageError: it cannot be used, and nobody may choose another.
    """
    fault = fault_of(chosen.ca_file) if chosen.ca_file is not None else None
    if chosen.ca_file is None or fault is None:
        return chosen.ca_file, None
    if not may_choose:
        raise UsageError(
            _(
                "the certificate authority {path} (UPLOADER_CA_FILE) cannot be used: {why}.",
                path=str(chosen.ca_file),
                why=fault,
            )
        )
    return None, Trouble(
        N_(
            "The certificate authority {path} cannot be used ({why}). The program does without it until "
            "it can, or until another one is chosen in the settings."
        ),
        {"path": str(chosen.ca_file), "why": fault},
    )


def _treatment(chosen: str) -> Treatment | None:
    return None if chosen == "ask" else Treatment(chosen)


def _fixed(machine: MachineSettings, trial: SandboxSession | None) -> dict[str, Fixed]:
    """Return the settings that a person cannot change, without those that a trial sets itself."""
    own = {"api_url", "size_unit"} if trial is not None else set()
    return {name: by for name, by in settings.fixed(machine).items() if name not in own}


def _log_to(data: DataPaths, tokens: tuple[str, str] | None) -> RedactingFormatter:
    try:
        return logs.set_up(data.log, secrets=tokens or ())
    except OSError as error:
        raise UsageError(
            _("cannot write the log {path}: {why}.", path=str(data.log), why=_(system_words(error)))
        ) from error


def fault_of(ca_file: Path) -> str | None:
    """Return what is wrong with a certificate authority's file as part of a sentence, None where it can be used."""
    try:
        check_is_no_pipe(ca_file)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        return _("it is not a PEM certificate")
    except OSError as error:
        return _(system_words(error))
    return None
