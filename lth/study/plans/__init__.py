"""What each kind of file depends on, and from which files it is made: one kind a file."""
