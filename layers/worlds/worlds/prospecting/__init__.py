"""Searching the ground for ore: where someone searches, and what they have found. Source: worlds 11.5, Discovery."""
