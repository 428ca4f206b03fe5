"""The parts of the main window from top to bottom, the dialogs it opens, and what it remembers."""
