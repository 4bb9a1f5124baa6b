"""Fights: what is queued, hits, hurts and ends. Source: worlds 21."""
