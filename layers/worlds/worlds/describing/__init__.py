"""What a place is like, in sentences: composed from what is stored, or written by a model. Source: worlds 24, 27."""
