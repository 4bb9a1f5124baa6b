"""What a model is asked for characters of the game: their words and their decisions. Source: worlds 20, 24."""
