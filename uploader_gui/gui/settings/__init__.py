"""What stands inside `settings_dialog.py`: its pages, their values, and the test of the connection."""
