"""Lottery tickets as a data-versioned pipeline: train, prune, rewind, repeat; every step a file that says what it was made from."""

__version__ = "0.1.0"
