"""The settings dialog: its pages, their values, and the test of the connection."""
