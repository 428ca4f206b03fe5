"""The program's entry point: `uploader-gui`, `python -m uploader_gui`, and the bundle's double-click."""

import os
import sys

from uploader_gui.engine.pictures import DECODE_PICTURES
from uploader_gui.exit_codes import ExitCode
from uploader_gui.platform.process import (
    end_process,
    hold_interrupts,
    ignore_interrupts,
    restore_library_paths,
    use_utf8_file_names,
)


def main() -> int:
    """Run the program and return its exit code."""
    if sys.argv[1:] == [DECODE_PICTURES]:
        from uploader_gui.engine.pictures.serve import serve  # noqa: PLC0415 - only in the decoder's process

        return serve()
    if getattr(sys, "frozen", False):
        import multiprocessing  # noqa: PLC0415 - needed in a bundle only, and a twentieth of the start

        multiprocessing.freeze_support()
        restore_library_paths(os.environ)
    else:
        use_utf8_file_names()
    hold_interrupts()
    try:
        from uploader_gui import cli  # noqa: PLC0415 - in a bundle freeze_support must come first

        code = cli.main(sys.argv[1:])
    except KeyboardInterrupt:  # a second one, while the start is stuck
        code = ExitCode.INTERRUPTED
    finally:
        ignore_interrupts()
    end_process(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
