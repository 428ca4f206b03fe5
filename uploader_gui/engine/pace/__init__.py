"""How fast things go: how many at once, how many bytes a second, and what was measured of both."""
