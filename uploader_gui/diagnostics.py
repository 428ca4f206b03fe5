"""The diagnostics for a support request, without secrets: versions, system, settings, the log's last lines.

Reads a file, so not for the window's thread. In English: the reader is the one who helps.
"""

from __future__ import annotations

import platform
import sys
import time
from importlib import metadata
from typing import TYPE_CHECKING, Final

from uploader_gui import __version__
from uploader_gui.engine.redaction import without_queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from uploader_gui.config import Config

LAST_LINES: Final = 200
_TAIL_BYTES: Final = 64_000
_LIBRARIES: Final = ("PySide6-Essentials", "httpx", "truststore", "keyring", "pydantic")


def diagnostics(configuration: Config, surroundings: Mapping[str, str]) -> str:
    """Return the text. `surroundings` is what only the window knows (screen, language): name -> value."""
    lines = [*_about(configuration), *(f"{name}: {value}" for name, value in surroundings.items())]
    text = "\n".join([*lines, "", *_log(configuration.data.log)])
    return without_queries(configuration.formatter.redact(text)) + "\n"


def _about(configuration: Config) -> Iterator[str]:
    yield f"program: uploader-gui {__version__}"
    yield f"time: {time.strftime('%Y-%m-%dT%H:%M:%S%z')}"
    yield f"system: {platform.platform()}"
    yield f"python: {platform.python_version()}{' (bundle)' if getattr(sys, 'frozen', False) else ''}"
    for name in _LIBRARIES:
        yield f"{name}: {_version(name)}"
    yield f"data folder: {configuration.data.folder}"
    yield f"signed in: {'yes' if configuration.tokens else 'no'}"
    for name, value in configuration.settings.model_dump().items():
        yield f"setting {name}: {value}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"


def _log(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()[-LAST_LINES:]
    except OSError as error:
        return [f"no log: {error.strerror}"]
