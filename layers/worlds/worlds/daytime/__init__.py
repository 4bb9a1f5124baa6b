"""What people notice of the time of their world: in words, and told when it changes. Source: worlds 14."""
