"""How a step changes values: one optimizer a file."""
