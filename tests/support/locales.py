"""Locales for programs the tests start, built by glibc's `localedef` into a folder of ours: nobody has to install any.

macOS brings all of them. Where they cannot be built, the tests that want them fail in CI, and are skipped elsewhere.
"""

import os
import platform
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp

import pytest

SOURCES = Path("/usr/share/i18n/locales")
CACHE = Path(__file__).parents[2] / ".cache" / "locales"
PATIENCE = 100.0
CHOSEN_BY = ("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME", "LC_COLLATE")
"""The variables by which a locale is chosen (POSIX, "Internationalization Variables"; `LANGUAGE` is GNU's)."""


IN_ASCII = pytest.mark.skipif(
    sys.version_info < (3, 13) and not __file__.isascii(),
    reason="before 3.13 Python itself reads no .pth file with such a folder in the C locale (site.py)",
)
"""For programs in the C locale: where these tests lie in a folder with accents, their Python does not even start."""


def built(*names: str) -> dict[str, str]:
    """Return the variables with which programs find the locales of these names ("tr_TR.UTF-8")."""
    if sys.platform == "darwin":
        return {}
    if shutil.which("localedef") is None or not SOURCES.is_dir():
        _give_up()
    folder = CACHE / "-".join(platform.libc_ver())  # another glibc reads other files
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(lambda name: _build(folder, name), names))
    return {"LOCPATH": str(folder)}


def environment(name: str, **others: str) -> dict[str, str]:
    """Return a program's environment in which this locale is chosen and nothing else says so."""
    plain = {variable: value for variable, value in os.environ.items() if variable not in CHOSEN_BY}
    return plain | others | {"LC_ALL": name, "LANG": name}


def _build(folder: Path, name: str) -> None:
    """Build one under a temporary name, so that a broken one is never taken for a whole one."""
    if (folder / name).exists():
        return
    language, _, encoding = name.partition(".")
    growing = Path(mkdtemp(prefix=f".{name}-", dir=folder))
    try:
        command = ["localedef", "--no-archive", "-i", language, "-f", encoding, str(growing / name)]
        subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
        _rename(growing / name, folder / name)
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _rename(made: Path, wanted: Path) -> None:
    try:
        made.rename(wanted)
    except OSError:
        if not wanted.exists():  # else another run of the tests was faster
            raise


def _give_up() -> None:
    said = f"no locale can be built: localedef or {SOURCES} is missing (Debian: apt install locales)"
    if os.environ.get("CI"):
        pytest.fail(said, pytrace=False)
    pytest.skip(said)
