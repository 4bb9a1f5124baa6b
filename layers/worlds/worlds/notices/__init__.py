"""Notifications: that there is a new world for someone, and that someone has signed in to their account. Worlds 26."""
