"""What params.yaml asks for, as plans of files."""
