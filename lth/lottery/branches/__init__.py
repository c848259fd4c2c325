"""What a branch starts from: the winning ticket, or a control, one a file."""
