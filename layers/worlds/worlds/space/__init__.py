"""Where things are in a world: coordinates, moves, distances, what is near, what is in the way. Source: worlds 8, 13."""
