"""Data sets: obtained and decoded once, and checked whenever they are read."""
