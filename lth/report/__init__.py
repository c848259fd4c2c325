"""Runs become tables, tables become figures and headline numbers."""
