"""Parses the command line and runs the self-test, the headless program or the window.

Wrong usage ends with one sentence on stderr and status 2, before any request.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from uploader_gui.command_line import UsageError, parse, show_without_console, speak, write_stderr
from uploader_gui.exit_codes import ExitCode
from uploader_gui.i18n import _
from uploader_gui.paths import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.command_line import LaunchOptions


def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    try:
        launch = parse(arguments)
        if launch.self_test:
            from uploader_gui import self_test  # noqa: PLC0415 - loaded only where it is needed

            return self_test.run()
        if launch.verify is not None:
            from uploader_gui import verify  # noqa: PLC0415 - as above

            return verify.run(launch.verify, launch.paths)
        if launch.headless:
            return _run_headless(launch)
        return _run_window(launch)
    except (UsageError, UnwritableError) as error:
        write_stderr(str(error))
        if not {"--headless", "--verify"}.intersection(arguments):
            show_without_console(str(error))
        return ExitCode.USAGE_ERROR
    except KeyboardInterrupt:  # before a run listens to signals itself
        return ExitCode.INTERRUPTED


def _run_headless(launch: LaunchOptions) -> int:
    gc.disable()  # until the engine runs (`gc_tuning.py`)
    from uploader_gui import headless  # noqa: PLC0415 - loaded only where it is needed

    return headless.run(launch)


def _run_window(launch: LaunchOptions) -> int:
    """Open the window; on a machine without a display do what can be done without one."""
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
