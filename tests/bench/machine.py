"""The machine and the versions a table was measured with."""

import os
import platform
import re
import shutil
import ssl
import subprocess
from importlib.metadata import version
from pathlib import Path


def described() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    parts = (
        f"{os.cpu_count()} × {_processor()}",
        f"{memory:.0f} GiB",
        f"Linux {platform.release()}",
        f"Python {platform.python_version()}",
        ssl.OPENSSL_VERSION,
        *(f"{name} {version(name)}" for name in ("PySide6-Essentials", "httpx", "httpcore", "h11", "pydantic")),
        _first_words("curl", "--version"),
        _first_words("openssl", "version"),
        *([_first_words(nginx, "-v")] if nginx else []),
    )
    return ", ".join(parts)


def _processor() -> str:
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _first_words(program: str, option: str) -> str:
    told = subprocess.run([program, option], capture_output=True, text=True, check=False)
    return " ".join((told.stdout or told.stderr).removeprefix("nginx version: ").split()[:2])
