"""Registering uploads at the service: how many together, when, with which tokens, and the one API call."""
