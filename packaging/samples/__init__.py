"""Renders the pictures that `make_samples.py` puts into the sample files."""
