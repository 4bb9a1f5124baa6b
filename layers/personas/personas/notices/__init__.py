"""Notifications: what happened to someone's personas, battles and templates. Source: personas 14.4."""
