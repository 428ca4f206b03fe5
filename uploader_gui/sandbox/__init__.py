"""A local stand-in for the service, so that anyone can try the program without an account.

It imports nothing of ours, for it must not confirm the program's own mistakes. `sandbox_session.py` starts it for
`--sandbox` and `--demo`.
"""

from __future__ import annotations

from uploader_gui.sandbox.server import Sandbox

__all__ = ["Sandbox"]
