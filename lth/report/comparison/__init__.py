"""What differs between two files or two experiments, as tables of numbers: one topic a file."""
