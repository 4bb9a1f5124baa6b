"""The product Worlds: a text world that players make in an interview and then live in."""
