"""The ground that people stand on: read from tiles, described in words, drawn on maps. Without numpy."""
