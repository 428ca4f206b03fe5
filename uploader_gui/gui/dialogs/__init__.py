"""The dialogs that are one file each, and the frame and form parts all dialogs share.

The two larger ones stand above: `sign_in.py` and `settings_dialog.py`; `window/window_dialogs.py` opens them all.
"""
