"""Where the program begins: `uploader-gui`, `python -m uploader_gui`, and the bundle's double-click."""

import os
import sys

from uploader_gui.engine.pictures import DECODE_PICTURES
from uploader_gui.platform.file_names import read_as_utf8
from uploader_gui.platform.frozen import restore
from uploader_gui.platform.interrupts import hold, ignore


def main() -> int:
    """Run the program and give its exit code."""
    if sys.argv[1:] == [DECODE_PICTURES]:
        from uploader_gui.engine.pictures.serve import serve  # noqa: PLC0415 - the decoder's process alone

        return serve()
    if getattr(sys, "frozen", False):
        import multiprocessing  # noqa: PLC0415 - nobody else needs it, and it would be a twentieth of the start

        multiprocessing.freeze_support()
        restore(os.environ)
    else:
        read_as_utf8()
    hold()
    try:
        from uploader_gui import cli  # noqa: PLC0415 - freeze_support must come first in a bundle

        return cli.main(sys.argv[1:])
    except KeyboardInterrupt:  # a second one, while something at the start is stuck
        return 130
    finally:
        ignore()


if __name__ == "__main__":
    sys.exit(main())
