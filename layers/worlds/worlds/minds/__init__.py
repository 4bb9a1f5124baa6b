"""What the game's own people take away from what happens to them and around them. Source: worlds 17, 19."""
