"""The steps of `packaging/build.py`, one file each."""
