"""How the mask of a round is made, one method a file. All of them count exactly."""
