"""The paper's networks as functions, with the names and sizes of their parameters."""
