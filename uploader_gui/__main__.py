"""The program's entry point: `uploader-gui`, `python -m uploader_gui`, and the bundle's double-click.

Parses the command line and runs what it asks for. Wrong usage ends with one sentence on stderr and status 2, before any
request.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

from uploader_gui.engine.pictures import DECODE_PICTURES
from uploader_gui.platform.process import (
    end_process,
    hold_interrupts,
    ignore_interrupts,
    restore_library_paths,
    use_utf8_file_names,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.command_line import LaunchOptions


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
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before a run listens to signals itself, or a second one, while the start is stuck
        code = 128 + signal.SIGINT  # `ExitCode.INTERRUPTED`, which may not be loaded yet
    finally:
        ignore_interrupts()
    end_process(code)
    return code


def run(arguments: Sequence[str]) -> int:
    """Do what these arguments ask for and return the exit code."""
    # In a bundle freeze_support must come first.
    from uploader_gui.command_line import ExitCode, UsageError, parse, show_without_console, write_stderr  # noqa: PLC0415 - see above
    from uploader_gui.paths import UnwritableError  # noqa: PLC0415 - as above

    try:
        launch = parse(arguments)
        if launch.self_test:
            from uploader_gui import self_test  # noqa: PLC0415 - loaded only where it is needed

            return self_test.run()
        if launch.verify is not None:
            from uploader_gui import verify  # noqa: PLC0415 - as above

            return verify.run(launch.verify, launch.paths)
        return _run_headless(launch) if launch.headless else _run_window(launch)
    except (UsageError, UnwritableError) as error:
        write_stderr(str(error))
        if not {"--headless", "--verify"}.intersection(arguments):
            show_without_console(str(error))
        return ExitCode.USAGE_ERROR


def _run_headless(launch: LaunchOptions) -> int:
    gc.disable()  # until the engine runs (`process.collect_automatically`)
    from uploader_gui import headless  # noqa: PLC0415 - loaded only where it is needed

    return headless.run(launch)


def _run_window(launch: LaunchOptions) -> int:
    """Open the window; on a machine without a display do what can be done without one."""
    from uploader_gui.command_line import ExitCode, UsageError, speak, write_stderr  # noqa: PLC0415 - as above
    from uploader_gui.i18n import _  # noqa: PLC0415 - as above
    from uploader_gui.paths import UnwritableError  # noqa: PLC0415 - as above
    from uploader_gui.platform import display  # noqa: PLC0415 - needed for the window only

    obstacle = display.find_obstacle()
    if obstacle is None:
        gc.disable()  # until the window is painted: nothing that is loaded for it would be freed
        from uploader_gui import app  # noqa: PLC0415 - loads Qt

        try:
            return app.run(launch)
        except (UsageError, UnwritableError) as error:
            write_stderr(str(error))
            app.show_start_error(launch, str(error))
            return ExitCode.USAGE_ERROR
    speak()
    if launch.demo or (launch.anomaly_id and launch.paths):
        write_stderr(_("Running without a window. {why}", why=obstacle.text))
        return _run_headless(launch)
    raise UsageError(
        obstacle.text
        if obstacle.library
        else _("{why} Without a window: uploader-gui --headless --anomaly ID PATH …", why=obstacle.text)
    )


if __name__ == "__main__":
    sys.exit(main())
