"""The engines, which train networks: each its own way, with the same results but for rounding."""
