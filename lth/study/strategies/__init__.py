"""How the masks of an experiment follow from each other: one strategy a file."""
