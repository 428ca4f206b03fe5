"""The program's settings: machine over environment `UPLOADER_*` over the saved file over defaults; never tokens.

`Settings` is the one list of their names, types, defaults and limits: the dialog edits a copy of it. `read` and `keep`
are for both front ends: they describe a file that cannot be used instead of failing on it, and destroy nothing in it.
Loads pydantic, so the window imports this module after its first paint.
"""

from __future__ import annotations

import errno
import json
import logging
import math
import os
import stat
import tempfile
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from uploader_gui import machine_settings
from uploader_gui.anomaly_links import check_page
from uploader_gui.engine.addresses import check_address
from uploader_gui.engine.errors import UrlRefused
from uploader_gui.engine.redaction import readable
from uploader_gui.engine.system_words import system_words
from uploader_gui.i18n import N_, _
from uploader_gui.machine_settings import LanguageChoice, SettingsError, ThemeChoice, json_object, variables
from uploader_gui.paths import file_type
from uploader_gui.proxies import with_scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from uploader_gui.machine_settings import MachineSettings

log = logging.getLogger(__name__)

DEFAULT_API_URL: Final = "https://z52mnqg347.execute-api.eu-west-3.amazonaws.com/main"
"""The server named by the service's page "Add images to an anomaly"."""
HEADLESS_ONLY: Final = frozenset({"offline_limit"})
"""Fields that count only without a window; the window neither shows nor saves them."""
OF_OPERATOR: Final = frozenset({"anomaly_page", "token_help"})
"""Fields that the register’s operator sets for everybody; the window uses them and neither shows nor saves them."""
LONGEST_DEPOSITOR: Final = 120
"""In characters."""
PROXY_ADDRESS: Final = r"(https?://[^\s/@]+(@[^\s/@]+)?/?|([^\s/@]+@)?[^\s/@:]+:[0-9]+)"
"""A regular expression for the setting `proxy` where it is an address; without a scheme it has a port."""
PROXY_EXAMPLE: Final = "http://proxy.example:3128"
_ADDRESSES: Final = {
    "proxy": (N_("{setting} is wrong: it must be system, none, or an address such as {address}."), PROXY_EXAMPLE),
    "anomaly_page": (
        N_("{setting} is wrong: it must be an https address with the number’s place, such as {address}."),
        "https://register.example/anomalies/{id}",
    ),
    "token_help": (
        N_("{setting} is wrong: it must be an https address, such as {address}."),
        "https://register.example/help",
    ),
}
"""Settings that are addresses -> what they must be, and an example."""
_UNREADABLE: Final = N_("The settings in {path} cannot be read ({why}). The usual ones apply.")


class NoSettingsFile(SettingsError):
    """The path is not a file but, for example, a folder or a pipe."""


class SettingsUnreadable(SettingsError):
    """The file cannot be read; `detail` is the system's error text."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(_("the settings file {path} cannot be read: {why}.", path=str(path), why=detail))
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fixed:
    """What fixes a setting: an environment variable, or a place of the settings for the whole machine."""

    by: str
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person should know about the settings file; `text` is in the language in use when it is asked for."""

    sentence: str
    values: Mapping[str, str]

    @property
    def text(self) -> str:
        """Return the sentence with its values."""
        return _(self.sentence, **self.values)


def _check_proxy(proxy: str) -> str:
    if proxy not in {"system", "none"}:
        proxy = with_scheme(proxy)
    parts = urlsplit(proxy)  # raises ValueError for an unclosed bracket
    if parts.port == 0 or (parts.scheme and not parts.hostname):  # `port` raises ValueError beyond 65535
        raise ValueError("it is not an address")
    return proxy


def _checked_by(check: Callable[[str], object]) -> Callable[[str], str]:
    """Return a validator of an address; "" needs none."""

    def checked(address: str) -> str:
        try:
            if address:
                check(address)
        except UrlRefused as refused:
            raise ValueError(refused.detail) from refused
        return address

    return checked


class Settings(BaseModel):
    """Everything that can be set.

    Attributes:
        api_url: the service's address.
        size_unit: the unit in which file sizes are registered, megaoctets or bytes.
        max_concurrent_uploads: how many files are sent at the same time.
        offline_limit: seconds without any byte or answer after which a run without a window gives up.
        ca_file: a PEM file with a further certificate authority.
        proxy: "system" (the system's proxy, PAC included), "none", or an address such as `http://proxy:3128`.
        language: of sentences, numbers and dates.
        history_days: days after which finished deposits leave History and the "already uploaded" memory.
        theme: colours of the window.
        refused_pictures: what happens in the window to pictures of a type the register refuses.
        refused_others: likewise for other files.
        depositor: who makes the deposits, printed on receipts; empty for nobody.
        send_when_dropped: whether files dropped in the window are sent without Start.
        bandwidth_limit: megaoctets per second for all files together, 0 for no limit.
        anomaly_page: the operator's address of an anomaly's page, with `{id}` for the number; "" for none.
        token_help: the operator's page that says where tokens are found; "" for none.
    """

    model_config = ConfigDict(frozen=True)  # what a later version saved is ignored

    api_url: str = DEFAULT_API_URL
    size_unit: Literal["Mo", "bytes"] = "Mo"
    max_concurrent_uploads: int = Field(default=6, ge=1, le=16)
    offline_limit: float = Field(default=120.0, ge=0, allow_inf_nan=False)
    ca_file: Path | None = None
    proxy: Annotated[str, AfterValidator(_check_proxy)] = Field(
        default="system", pattern=rf"^(system|none|{PROXY_ADDRESS})$"
    )
    language: LanguageChoice = "system"
    history_days: int = Field(default=400, ge=1, le=36_500)
    theme: ThemeChoice = "system"
    refused_pictures: Literal["ask", "convert", "zip"] = "ask"
    refused_others: Literal["ask", "zip"] = "ask"
    send_when_dropped: Literal["no", "yes"] = "no"
    bandwidth_limit: float = Field(default=0.0, ge=0, le=9999, allow_inf_nan=False)
    anomaly_page: Annotated[str, AfterValidator(_checked_by(check_page))] = ""
    token_help: Annotated[str, AfterValidator(_checked_by(check_address))] = ""
    depositor: Annotated[str, AfterValidator(lambda name: readable(name)[:LONGEST_DEPOSITOR])] = ""

    @field_validator("bandwidth_limit", mode="before")
    @classmethod
    def _with_comma(cls, value: Any) -> Any:
        """Accept “2,5”, which a French keyboard types."""
        return value.replace(",", ".") if isinstance(value, str) else value

    @property
    def bytes_per_second(self) -> float:
        """Return the bandwidth limit in bytes per second, 0 for no limit."""
        return self.bandwidth_limit * 1_000_000

    @property
    def of_window(self) -> dict[str, Any]:
        """Return the fields the window shows and saves, by name."""
        return self.model_dump(exclude=set(HEADLESS_ONLY | OF_OPERATOR))


def limits(name: str) -> tuple[float, float]:
    """Return the least and the greatest value of a number's field; infinity where `Settings` declares none."""
    declared = Settings.model_fields[name].metadata
    least = next((one.ge for one in declared if hasattr(one, "ge")), -math.inf)
    return least, next((one.le for one in declared if hasattr(one, "le")), math.inf)


def fixed(machine: MachineSettings = machine_settings.NONE) -> dict[str, Fixed]:
    """Return what a person cannot change, by field name; a variable as it is spelled in the environment."""
    of_machine = {name: Fixed(machine.place, machine=True) for name in machine.values if name in Settings.model_fields}
    return {name: Fixed(variable) for name, variable in _variables().items()} | of_machine


def read(
    path: Path, *, window: bool, machine: MachineSettings = machine_settings.NONE
) -> tuple[Settings, Trouble | None]:
    """Return the settings, defaults where the file gives none, and what is wrong with the file.

    Without a window an unusable file stops the program: it might name another server; so does a variable that
    contradicts the machine's settings. In a window a person reads what is wrong, and a damaged file is renamed.

    Raises:
        SettingsError: an environment variable or a setting of the machine is wrong; without a window also the file.
    """
    overruled = _overruled(machine)
    if overruled is not None and not window:
        raise SettingsError(overruled.text)
    try:
        return load(path, machine), overruled
    except NoSettingsFile:
        return load(None, machine), Trouble(
            N_("No settings were read, because {path} is not a file. The usual ones apply, and it stays as it is."),
            {"path": str(path)},
        )
    except SettingsUnreadable as error:
        if not window:
            raise
        return load(None, machine), Trouble(_UNREADABLE, {"path": str(path), "why": error.detail})
    except SettingsError as error:
        defaults = load(None, machine)  # raises where something stronger is wrong, so that the file is not blamed
        if not window:
            raise
        return defaults, _set_aside(path, error)


def keep(values: Mapping[str, Any], path: Path) -> Trouble | None:
    """Save what a person changed; return what went wrong, if anything."""
    try:
        save(values, path)
    except OSError as error:
        log.warning("the settings cannot be saved: %s", error.strerror)
        return Trouble(
            N_("The settings could not be saved as {path} ({why}). They apply until the program closes."),
            {"path": str(path), "why": _(system_words(error))},
        )
    return None


def load(path: Path | None, machine: MachineSettings = machine_settings.NONE) -> Settings:
    """Return the settings; without a file at `path`, or with None, those of machine, environment and defaults.

    Raises:
        SettingsError: a value is wrong, or the file is damaged, cannot be read, or is not a file.
    """
    saved = {} if path is None else _read_file(path)
    of_environment = {name: os.environ[variable] for name, variable in _variables().items()}
    try:
        return Settings.model_validate({**saved, **of_environment, **machine.values})
    except ValidationError as error:
        raise SettingsError(_sentence(error, path, machine)) from error


def _read_file(path: Path) -> dict[str, Any]:
    try:
        kind = file_type(path)
        if kind is None:
            return {}
        if kind != stat.S_IFREG:
            raise NoSettingsFile(_("{path} is no settings file.", path=str(path)))
        return _values_in(path)
    except OSError as error:
        raise SettingsUnreadable(path, _(system_words(error))) from error


def _values_in(path: Path) -> dict[str, Any]:
    """Return the values in a settings file, none where it is empty.

    Raises:
        OSError, SettingsError: it cannot be read, or is damaged.
    """
    content = path.read_bytes()
    return json_object(path, content) if content else {}


def save(values: Mapping[str, Any], path: Path) -> None:
    """Write values into the file, all or none; its other values stay, and a damaged file is kept under another name.

    Raises:
        OSError: the file cannot be written, or it cannot be read and its values would be lost.
    """
    merged = _saved(path) | dict(values)
    handle, temporary = tempfile.mkstemp(prefix=".settings-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(merged, file, ensure_ascii=False, indent=2, default=str)
        Path(temporary).replace(path)
    except BaseException:  # on Windows another program may hold the old file
        Path(temporary).unlink(missing_ok=True)
        raise


def _set_aside(path: Path, error: SettingsError) -> Trouble:
    log.warning("settings set aside: %s", error)
    try:
        renamed = _rename_damaged(path)
    except OSError as refused:  # on Windows another program may hold it open
        return Trouble(_UNREADABLE, {"path": str(path), "why": _(system_words(refused))})
    return Trouble(
        N_("The settings file was damaged. The usual settings apply; the old file is kept as {path}"),
        {"path": str(renamed)},
    )


def _rename_damaged(path: Path) -> Path:
    """Rename a damaged settings file to the first free name (`settings.damaged.json`, `….damaged-2.json`); return it.

    Raises:
        OSError: it cannot be renamed.
    """
    names = (path.with_suffix(f".damaged{more}.json") for more in chain([""], map("-{}".format, count(2))))
    return path.rename(next(name for name in names if not name.exists()))


def _saved(path: Path) -> dict[str, Any]:
    """Return the file's values, empty without a file; rename a file that is not a JSON object."""
    kind = file_type(path)
    if kind is None:
        return {}
    if kind != stat.S_IFREG:
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    try:
        return _values_in(path)
    except SettingsError:
        _rename_damaged(path)
        return {}


def _variables() -> dict[str, str]:
    """Return the environment variables that name a setting, as they are spelled there, by field name."""
    given = variables()
    return {name: given[name] for name in Settings.model_fields if name in given}


def _overruled(machine: MachineSettings) -> Trouble | None:
    """Return that a variable contradicts the machine's settings, None where none does."""
    for name, variable in _variables().items():
        if name in machine.values and os.environ[variable] != str(machine.values[name]):
            return Trouble(
                N_("{variable} does not count: your IT department fixes this setting ({place})."),
                {"variable": variable, "place": machine.place},
            )
    return None


def _sentence(error: ValidationError, path: Path | None, machine: MachineSettings) -> str:
    """Return a sentence that names the first wrong setting as a person knows it, and what it must be."""
    name = str(error.errors()[0]["loc"][0])
    variable = None if name in machine.values else _variables().get(name)
    place = machine.place if name in machine.values else str(path)
    return _limits_sentence(name, variable or _("“{setting}” in {path}", setting=name, path=place))


def _limits_sentence(name: str, where: str) -> str:
    """Return the sentence about a field's limits, as `Settings` declares them; `where` names the field."""
    if name in _ADDRESSES:
        sentence, example = _ADDRESSES[name]
        return _(sentence, setting=where, address=example)
    kind = Settings.model_fields[name].annotation
    if kind in {int, float}:
        return _number_sentence(name, where, whole=kind is int)
    if choices := ", ".join(one for one in get_args(kind) if isinstance(one, str)):
        return _("{setting} is wrong: it must be one of {choices}.", setting=where, choices=choices)
    return _("{setting} is wrong: it must be text.", setting=where)


def _number_sentence(name: str, where: str, *, whole: bool) -> str:
    least, most = limits(name)
    if math.isinf(most):
        sentence = N_("{setting} is wrong: it must be a number, {least} or more.")
    elif whole:
        sentence = N_("{setting} is wrong: it must be a whole number from {least} to {most}.")
    else:
        sentence = N_("{setting} is wrong: it must be a number from {least} to {most}.")
    return _(sentence, setting=where, least=f"{least:g}", most=f"{most:g}")
