"""Whole runs of the program: a process of its own, real sockets, real files."""
