"""Dialogs of one file each, and the form that all dialogs share. `window/window_commands.py` opens them."""
