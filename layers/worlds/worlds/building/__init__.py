"""Making the ground of a world: a chain of slices of work, from its seed to the place where people arrive."""
