"""Making things: recipes, who knows them, and what comes of it. Source: worlds 23.2."""
