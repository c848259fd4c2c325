"""Lottery tickets as a data-versioned pipeline: every step is a file that says how it was made."""

__version__ = "0.1.0"
