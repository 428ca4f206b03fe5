"""What works behind the window: `app.py` shows the first window, then loads `program.py`."""
