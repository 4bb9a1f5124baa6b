"""Digests: what a persona did in a day, and what its owner has missed in a week. Source: personas 14.1, 14.2."""
