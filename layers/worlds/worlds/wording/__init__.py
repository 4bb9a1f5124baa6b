"""Texts that a model has written for Worlds: kept for a quarter of an hour, so that equal questions are asked once."""
