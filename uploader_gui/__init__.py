"""uploader-gui: attach evidence to an anomaly of a digital safety register."""

import os

__version__ = "0.2.0"
PROGRAM = f"uploader-gui {__version__}"
"""The program as it names itself: in the User-Agent, in receipts, to a person."""

# pydantic would look through all installed packages for plugins of its own: foreign code, and a tenth of the start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
