"""What stands in `main_window.py` from top to bottom, and what the window says and remembers."""
