"""What players have promised to people of the game, and whether they keep it. Source: worlds 19, and issue 19."""
