"""The fonts the tests see: ours, whatever a machine has, so that what is measured is the same everywhere.

They count where fontconfig finds fonts for Qt, on Linux; Windows and macOS bring the same fonts to every machine.
"""

from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parent

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="antialias"><bool>true</bool></edit>
    <edit name="hintstyle"><const>hintslight</const></edit>
  </match>
</fontconfig>
"""


def configuration(folder: Path) -> Path:
    """Write a configuration of fontconfig that knows our fonts alone into a folder; return its path."""
    path = folder / "fonts.conf"
    path.write_text(_CONFIGURATION.format(fonts=escape(str(FOLDER)), cache=escape(str(folder / "cache"))), "utf-8")
    return path
