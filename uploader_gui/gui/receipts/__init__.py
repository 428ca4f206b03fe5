"""Receipts (PDF, print, CSV, JSON), and History, which lists past deposits."""
