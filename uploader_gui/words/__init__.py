"""Sentences and figures a person reads, by subject, and the language they are read in.

What window and engine share stands above in `text.py`, the terminal's own words in `terminal.py`.
"""
