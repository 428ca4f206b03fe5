"""What stands in `main_window.py` from top to bottom; what the window takes in, opens, says and remembers."""
