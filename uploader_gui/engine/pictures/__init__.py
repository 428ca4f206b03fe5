"""Decoding pictures the service refuses: a process of its own, and the program's connection to it."""

from typing import Final

DECODE_PICTURES: Final = "--decode-pictures"
"""The argument that makes a process of this program the decoder. Here, because every start compares it."""
