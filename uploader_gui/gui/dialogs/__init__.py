"""The dialogs that are one file each, the frame and form parts all dialogs share, and who opens them.

The two larger ones stand above: `sign_in.py` and `settings_dialog.py`.
"""
