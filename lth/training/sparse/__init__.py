"""Training of fully-connected networks on a CPU, at the cost of the weights that are left."""
