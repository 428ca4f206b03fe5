"""Decoding pictures the service refuses, in a process of its own: what runs in it, and the way to it."""
