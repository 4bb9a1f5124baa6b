"""Where things are in a world: coordinates, moves, distances, what is near or in the way. Source: worlds 8 and 13."""
