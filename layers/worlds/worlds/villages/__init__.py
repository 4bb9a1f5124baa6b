"""Villages of the game's own people: where they are, who lives there, and how they live on between visits."""
