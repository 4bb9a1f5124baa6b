"""The game: pure rules, and the SQL that keeps their results."""
