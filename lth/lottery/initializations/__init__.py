"""D_θ: the distributions that initial weights are drawn from, one a file."""
