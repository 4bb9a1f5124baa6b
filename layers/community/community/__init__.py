"""The community product: pure rules, and the SQL that stores their results."""
