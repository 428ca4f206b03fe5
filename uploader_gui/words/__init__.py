"""The sentences a person reads, by subject, numbers in the language's form, and the choice of the language.

The window's sentences without a subject of their own are in `text.py`, the terminal's in `terminal.py`.
"""
