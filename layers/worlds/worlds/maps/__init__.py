"""Maps: what a character sees around, and a whole world at a glance. Source: worlds 13, Map."""
