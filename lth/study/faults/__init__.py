"""What can be wrong with a file of each kind, found from the files: one kind a file."""
