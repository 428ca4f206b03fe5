"""A local stand-in for the service, so that anyone can try the program without an account.

It imports nothing of ours and only the standard library: it must not confirm the program's own mistakes.
`sandbox_session.py` starts it for `--sandbox` and `--demo`.
"""

from __future__ import annotations

from uploader_gui.sandbox.api import Registration
from uploader_gui.sandbox.samples import write_samples
from uploader_gui.sandbox.server import Sandbox

__all__ = ["Registration", "Sandbox", "write_samples"]
