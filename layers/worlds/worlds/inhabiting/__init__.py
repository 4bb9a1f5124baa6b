"""Taking over one of the game's own people, and letting go of them. Source: worlds 7.3."""
