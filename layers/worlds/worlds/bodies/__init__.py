"""Bodies of characters: attributes, species, backgrounds, and what a player may write about one."""
