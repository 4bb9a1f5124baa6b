"""Worlds in a terminal: `make play`."""
