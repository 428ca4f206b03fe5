"""The program's settings: environment `UPLOADER_*` over the saved file over defaults. Tokens are never among them.

Read and saved through `settings_file.py`; a person changes them in the window.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, JsonConfigSettingsSource, SettingsConfigDict

from uploader_gui.words.start import WrongSetting

if TYPE_CHECKING:
    from pydantic_settings import PydanticBaseSettingsSource

DEFAULT_API_URL = "https://z52mnqg347.execute-api.eu-west-3.amazonaws.com/main"
"""The server named by the service's page "Add images to an anomaly"."""
PREFIX = "UPLOADER_"


class SettingsError(Exception):
    """A setting is wrong; the text is a whole sentence that names it."""


class NoSettingsFile(SettingsError):
    """What stands in the file's place is none: a folder, a pipe."""


class SettingsUnreadable(SettingsError):
    """The file cannot be read; `detail` is the system's word for why."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(WrongSetting.UNREADABLE.filled(str(path), detail))
        self.detail = detail


def _usable_proxy(proxy: str) -> str:
    parts = urlsplit(proxy)  # a ValueError where a bracket is open; so does a port beyond 65535
    if parts.port == 0 or (parts.scheme and not parts.hostname):
        raise ValueError("it is not an address")
    return proxy


class Settings(BaseSettings):
    """What can be set. `offline_limit` is in seconds and counts only without a window.

    `bandwidth_limit` is in megaoctets per second for all files together, 0 for none.
    `history_days`: finished deposits leave History (and the "already uploaded" memory) after so many days.
    `proxy` is "system" (what the system says, PAC included), "none", or an address such as `http://proxy:3128`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    api_url: str = DEFAULT_API_URL
    size_unit: Literal["Mo", "bytes"] = "Mo"
    max_concurrent_uploads: int = Field(default=6, ge=1, le=16)
    offline_limit: float = Field(default=120.0, ge=0, allow_inf_nan=False)
    ca_file: Path | None = None
    proxy: Annotated[str, AfterValidator(_usable_proxy)] = Field(
        default="system", pattern=r"^(system|none|https?://[^\s/@]+(@[^\s/@]+)?/?)$"
    )
    language: Literal["system", "fr", "en"] = "system"
    history_days: int = Field(default=400, ge=1, le=36_500)
    theme: Literal["system", "light", "dark"] = "system"
    refused_pictures: Literal["ask", "convert", "zip"] = "ask"
    refused_others: Literal["ask", "zip"] = "ask"
    bandwidth_limit: float = Field(default=0.0, ge=0, le=9999, allow_inf_nan=False)

    @field_validator("bandwidth_limit", mode="before")
    @classmethod
    def _with_comma(cls, value: Any) -> Any:
        """“2,5” is what a French keyboard types."""
        return value.replace(",", ".") if isinstance(value, str) else value

    @property
    def bytes_per_second(self) -> float:
        """Give the bandwidth limit in bytes per second, 0 for none."""
        return self.bandwidth_limit * 1_000_000

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env file: a stray one would redirect evidence
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not used
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file over defaults."""
        return init_settings, env_settings, JsonConfigSettingsSource(settings_cls)


def fixed() -> dict[str, str]:
    """Give the settings that the environment fixes, by name, each with the variable it is fixed by."""
    given = {variable.upper(): variable for variable, value in os.environ.items() if value}
    wanted = {name: f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return {name: given[variable] for name, variable in wanted.items() if variable in given}


def load(path: Path | None) -> Settings:
    """Read the settings; without a file those of the environment, else the defaults.

    Raises:
        SettingsError: a value is wrong, or the file is damaged, cannot be read, or is none.
    """
    if path is not None and path.exists() and not path.is_file():
        raise NoSettingsFile(WrongSetting.NO_FILE.filled(str(path)))

    class _Here(Settings):
        model_config = SettingsConfigDict(json_file=path, json_file_encoding="utf-8-sig")  # Windows' Notepad

    try:
        return _Here()
    except ValidationError as error:
        raise SettingsError(_sentence(error, path)) from error
    except OSError as error:
        raise SettingsUnreadable(path or Path(), error.strerror or str(error)) from error
    except json.JSONDecodeError as error:
        raise SettingsError(WrongSetting.NO_JSON.filled(str(path), str(error.lineno))) from error
    except (ValueError, TypeError, RecursionError) as error:  # other bytes than text, a list, brackets without end
        raise SettingsError(WrongSetting.NO_OBJECT.filled(str(path))) from error


def save(values: dict[str, Any], path: Path) -> None:
    """Save what a person changed, whole or not at all; other values in the file stay, and a damaged file is kept.

    Raises:
        OSError: the file cannot be written, or what stands there cannot be read and would be lost.
    """
    merged = _saved(path) | values
    handle, temporary = tempfile.mkstemp(prefix=".settings-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(merged, file, ensure_ascii=False, indent=2, default=str)
        Path(temporary).replace(path)
    except BaseException:  # on Windows another program may hold the old file
        Path(temporary).unlink(missing_ok=True)
        raise


def set_aside(path: Path) -> Path:
    """Move a damaged settings file away, beside those moved away before, and give its new place.

    Raises:
        OSError: it cannot be moved.
    """
    places = (path.with_suffix(f".damaged{more}.json") for more in chain([""], map("-{}".format, count(2))))
    return path.rename(next(place for place in places if not place.exists()))


def _saved(path: Path) -> dict[str, Any]:
    """Give what is in the file, nothing where there is none; what cannot be understood is set aside."""
    if not path.exists():
        return {}
    if not path.is_file():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    try:
        saved = json.loads(path.read_text("utf-8-sig"))
    except ValueError:
        saved = None
    if isinstance(saved, dict):
        return saved
    set_aside(path)
    return {}


def _sentence(error: ValidationError, path: Path | None) -> str:
    """Name the first wrong setting as a person knows it, and say what it must be."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "value"
    variable = f"{PREFIX}{name.upper()}"
    where = variable if os.environ.get(variable) else WrongSetting.IN_FILE.filled(name, str(path))
    sentence, limits = _demand(name)
    return sentence.filled(where, *limits)


def _demand(name: str) -> tuple[WrongSetting, tuple[str, ...]]:
    """Give what a setting must be, as it is declared."""
    declared = Settings.model_fields.get(name)
    if name == "proxy":
        return WrongSetting.PROXY, ("http://proxy.example:3128",)
    if declared is None or declared.annotation not in {int, float}:
        choices = tuple(one for one in get_args(declared and declared.annotation) if isinstance(one, str))
        return (WrongSetting.CHOICE, (", ".join(choices),)) if choices else (WrongSetting.TEXT, ())
    limits = {limit: getattr(one, limit) for one in declared.metadata for limit in ("ge", "le") if hasattr(one, limit)}
    if "le" not in limits:
        return WrongSetting.NUMBER_UP, (f"{limits['ge']:g}",)
    sentence = WrongSetting.WHOLE if declared.annotation is int else WrongSetting.NUMBER
    return sentence, (f"{limits['ge']:g}", f"{limits['le']:g}")
