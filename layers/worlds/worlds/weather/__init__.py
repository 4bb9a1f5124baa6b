"""The weather of a place at a time: the same for look, map, command and forecast. Source: worlds 12."""
