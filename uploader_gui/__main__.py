"""Where the program begins: `uploader-gui`, `python -m uploader_gui`, and the bundle's double-click."""

import os
import sys

from uploader_gui.system.frozen import restore
from uploader_gui.system.interrupts import raise_keyboard_interrupt


def main() -> int:
    """Run the program and give its exit code."""
    if getattr(sys, "frozen", False):
        import multiprocessing  # noqa: PLC0415 - nobody else needs it, and it would be a twentieth of the start

        multiprocessing.freeze_support()
        restore(os.environ)
    raise_keyboard_interrupt()
    try:
        from uploader_gui import cli  # noqa: PLC0415 - freeze_support must come first in a bundle

        return cli.main(sys.argv[1:])
    except KeyboardInterrupt:  # before anything had begun that could be left in order
        return 130


if __name__ == "__main__":
    sys.exit(main())
