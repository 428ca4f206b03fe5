"""The Windows program built, installed and used on Linux, under Wine: `python packaging/wine/run.py`."""
