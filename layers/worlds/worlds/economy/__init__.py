"""Prices, barter, trade routes, and how a village makes a living day by day. Pure. Source: worlds 23.3."""
