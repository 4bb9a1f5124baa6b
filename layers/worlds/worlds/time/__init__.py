"""The time of a world, computed from real time, and its days and seasons. Source: worlds 14 and 28."""
