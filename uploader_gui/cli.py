"""Where a start is decided: window or headless, and with which exit code it ends. Called by __main__.

Whatever is wrong is told here in one sentence on stderr, with status 2, before any request.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Final

from uploader_gui.command_line import UsageError, parse, speak, tell
from uploader_gui.platform.message_box import show_without_console
from uploader_gui.words.command_line import Wrong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.command_line import LaunchOptions

USAGE_ERROR: Final = 2
INTERRUPTED: Final = 130


def main(arguments: Sequence[str]) -> int:
    """Run the program as the arguments say, and give its exit code."""
    try:
        plan = parse(arguments)
        if plan.self_test:
            return _run_self_test()
        if plan.headless:
            return _run_headless(plan)
        return _run_window(plan)
    except UsageError as error:
        tell(str(error))
        if "--headless" not in arguments:
            show_without_console(str(error))
        return USAGE_ERROR
    except KeyboardInterrupt:  # before there was a run that could end in its own way
        return INTERRUPTED


def _run_self_test() -> int:
    from uploader_gui import self_test  # noqa: PLC0415 - loaded where it is needed alone

    return self_test.run()


def _run_headless(plan: LaunchOptions) -> int:
    gc.disable()  # until the engine stands (`gc_tuning.py`)
    from uploader_gui import headless  # noqa: PLC0415 - loaded where it is needed alone

    return headless.run(plan)


def _run_window(plan: LaunchOptions) -> int:
    """Open the window; where there is no screen, do what can be done without one."""
    from uploader_gui.platform import display  # noqa: PLC0415 - needed for the window alone

    hindrance = display.hindrance()
    if hindrance is None:
        gc.disable()  # until the window stands: nothing that is loaded for it would be given back
        from uploader_gui import app  # noqa: PLC0415 - loads Qt

        return app.run(plan)
    _spoken = speak()  # kept until the last sentence
    if plan.demo or (plan.anomaly_id and plan.paths):
        tell(Wrong.WINDOWLESS.filled(hindrance.text))
        return _run_headless(plan)
    raise UsageError(hindrance.text if hindrance.library else Wrong.HOW_WINDOWLESS.filled(hindrance.text))
