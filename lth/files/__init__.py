"""How files are named, written and read, and what they say of themselves."""
