"""The dialogs that are one file each, and the frame and form parts all dialogs share.

`window/window_dialogs.py` opens them.
"""
