"""Fights as they are stored: locked, settled, told, and looked after while they go on."""
