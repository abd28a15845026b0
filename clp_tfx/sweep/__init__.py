"""Finding the weight: trains over a grid and recommends the smallest that will do."""
