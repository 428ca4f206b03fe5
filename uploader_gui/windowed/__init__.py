"""The parts of the windowed program, put together by `app.py`; none of them is loaded by `headless.py`."""
