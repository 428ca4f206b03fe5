"""The parts of the windowed program, loaded by `app.py` and put together in `program.py`; `headless.py` needs none."""
