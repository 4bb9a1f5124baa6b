"""What the game's own people remember of what they saw, heard and felt. Source: worlds 17."""
