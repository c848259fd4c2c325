"""What makes a lottery ticket: masks, pruning, initial weights, branches."""
