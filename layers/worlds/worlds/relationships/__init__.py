"""What the game's own people think of others, and how that changes. Source: worlds 19."""
