"""Training a stack of networks at once."""
