"""Switches: what administrators turn off in an emergency, without a deployment, and freezing the whole game."""
