"""The kinds of figures, one a file, and how they become files."""
