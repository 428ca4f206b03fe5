"""Tests of the built Linux bundle on a virtual screen: `pytest packaging/smoke`, after `packaging/build.py`."""
