"""What helps support, without secrets: the diagnostics as text, a report as one ZIP, and the program's components.

Reads files, so not for the window's thread. In English: the reader is the one who helps. A bundle contains a list of
its components made when it was built; from source, the installed packages are read.
"""

from __future__ import annotations

import io
import json
import platform
import re
import sys
import time
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from uploader_gui import PROGRAM
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.receipt import save
from uploader_gui.engine.redaction import without, without_queries
from uploader_gui.paths import find_resource, home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.metadata import Distribution

    from uploader_gui.config import Config
    from uploader_gui.engine.events import Finding
    from uploader_gui.engine.models import UploadSnapshot

OURS = "uploader-gui"


@dataclass(frozen=True, slots=True)
class Component:
    """One component; `licence` is a name or an SPDX expression."""

    name: str
    version: str
    licence: str


def components() -> list[Component]:
    """Return all components, sorted by name. Reads files."""
    try:
        rows = json.loads(find_resource("components.json").read_text("utf-8"))
    except FileNotFoundError:
        return sorted(_installed(), key=lambda one: one.name.lower())
    return [Component(row["name"], row["version"], row["licence"]) for row in rows]


def licences_folder() -> Path | None:
    """Return the folder of the licences' texts, None where the program runs from source."""
    program = Path(sys.executable).resolve().parent
    inside = Path(getattr(sys, "_MEIPASS", program))
    places = (program / "licences", program.parent / "licences", inside / "licences", Path("/usr/share/doc") / OURS)
    found = (place for place in places if place.is_dir())
    return next(found, None) if getattr(sys, "frozen", False) else None


def _installed() -> list[Component]:
    """Return Python and the installed packages that the program requires."""
    found = [Component("Python", platform.python_version(), "PSF-2.0")]
    for name in _required_names():
        try:
            found.append(_component(distribution(name)))
        except PackageNotFoundError:
            continue
    return found


def _required_names() -> set[str]:
    try:
        required = distribution(OURS).requires or []
    except PackageNotFoundError:  # started from a folder that was never installed
        return set()
    return {name[0] for line in required if (name := re.match(r"[\w.-]+", line))}


def _component(package: Distribution) -> Component:
    facts = package.metadata.json
    classifiers = [str(one).rpartition(" :: ")[2] for one in facts.get("classifier", []) if "License ::" in str(one)]
    first_line = str(facts.get("license", "")).partition("\n")[0]
    licence = str(facts.get("license_expression", "")) or ", ".join(classifiers) or first_line
    return Component(package.metadata["Name"], package.version, licence)


LAST_LINES: Final = 200
_TAIL_BYTES: Final = 64_000
_RECORD: Final = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ )(?:\[[\w.]+\] |([\w.]+): )", re.MULTILINE)
"""The beginning of a record in the log; the second group is set for records of versions that marked no values."""
_VALUE: Final = re.compile(r"‹([^›\n]*)(?:›|$)", re.MULTILINE)
_NAMELESS: Final = re.compile(
    rf"(?:{'|'.join(Code)})(?: (?:{'|'.join(Variant)}))?\b|\[(?:Errno|WinError) \d+\]|[A-Z]\w*(?:Error|Timeout)$"
)
"""What may stay of a value."""
_LIBRARIES: Final = ("PySide6-Essentials", "httpx", "truststore", "keyring", "pydantic")


def diagnostics(configuration: Config, surroundings: Mapping[str, str]) -> str:
    """Return the text, without names of files: people paste it where everybody reads.

    `surroundings` is what only the window knows (screen, language): name -> value.
    """
    text = "\n".join([_facts(configuration, surroundings), "", _last_lines(configuration.data.log)])
    return _redacted(configuration, text) + "\n"


@dataclass(frozen=True, slots=True)
class Report:
    """What goes into the ZIP.

    Attributes:
        surroundings: what only the window knows, name -> value.
        uploads: the files on the list.
        findings: those of a connection test.
        with_names: whether names and paths of files may be in it.
    """

    configuration: Config
    surroundings: Mapping[str, str]
    uploads: Sequence[UploadSnapshot]
    findings: Sequence[Finding]
    with_names: bool

    def save(self, path: Path) -> None:
        """Write the ZIP, all of it or nothing.

        Raises:
            OSError: it cannot be written there.
        """
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.texts():
                archive.writestr(name, text.encode("utf-8", "backslashreplace"))
        save(packed.getvalue(), path)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the names of the files in the ZIP and what they hold, without secrets."""
        log = self.configuration.data.log
        for name, text in (
            ("about.txt", _facts(self.configuration, self.surroundings)),
            ("connection.txt", "\n".join(_finding(one) for one in self.findings) or "not tested"),
            ("files.txt", "\n".join(self._file(number, one) for number, one in enumerate(self.uploads, 1))),
            *((file.name, self._log(file)) for file in sorted(log.parent.glob(f"{log.name}*"))),
        ):
            yield name, _redacted(self.configuration, text) + "\n"

    def _log(self, file: Path) -> str:
        try:
            text = file.read_text("utf-8", "replace")
        except OSError as error:
            return f"no log: {error.strerror}"
        return text if self.with_names else _nameless(text)

    def _file(self, number: int, upload: UploadSnapshot) -> str:
        reason = "" if upload.reason is None else f"{upload.reason.code} {upload.reason.variant or ''}".strip()
        facts = [
            f"{number}: {upload.upload_id:.8} {upload.state.value}",
            f"anomaly {upload.anomaly_id}",
            f"{upload.sent.media_type or 'unknown type'}, {upload.sent.size} bytes",
            reason,
            str(upload.source.path) if self.with_names else "",
        ]
        return ", ".join(fact for fact in facts if fact)


def _nameless(log: str) -> str:
    """Return a log without the values in its records, and without lines before its first record."""
    beginnings = list(_RECORD.finditer(log))
    ends = [*(one.start() for one in beginnings[1:]), len(log)]
    return "".join(
        f"{one[1]}[{one[2]}] ‹…›\n" if one[2] else _VALUE.sub(_without_name, log[one.start() : end])
        for one, end in zip(beginnings, ends, strict=False)
    )


def _without_name(value: re.Match[str]) -> str:
    known = _NAMELESS.match(value[1])
    return f"‹{known[0] if known else ''}…›"


def _facts(configuration: Config, surroundings: Mapping[str, str]) -> str:
    return "\n".join([*_about(configuration), *(f"{name}: {value}" for name, value in surroundings.items())])


def _finding(finding: Finding) -> str:
    return " ".join([f"{finding.verdict.name}: {finding.fact.name}", *finding.values])


def _redacted(configuration: Config, text: str) -> str:
    """Return a text without secrets, upload links and the name of the person's home."""
    password = urlsplit(configuration.settings.proxy).password
    text = without(text, [password, unquote(password)] if password else [])
    return without_queries(configuration.formatter.redact(text)).replace(str(home()), "~")


def _about(configuration: Config) -> Iterator[str]:
    yield f"program: {PROGRAM}"
    yield f"time: {time.strftime('%Y-%m-%dT%H:%M:%S%z')}"
    yield f"system: {platform.platform()}"
    yield f"python: {platform.python_version()}{' (bundle)' if getattr(sys, 'frozen', False) else ''}"
    for name in _LIBRARIES:
        yield f"{name}: {_version(name)}"
    yield f"data folder: {configuration.data.folder}"
    yield f"signed in: {'yes' if configuration.tokens else 'no'}"
    for name, value in configuration.settings.model_dump().items():
        yield f"setting {name}: {'set' if name == 'depositor' and value else value}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _last_lines(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError as error:
        return f"no log: {error.strerror}"
    return "\n".join(_nameless(text).splitlines()[-LAST_LINES:])
