"""Talks with people of the game: asked for by a command, answered behind it, remembered by both. Source: worlds 20."""
