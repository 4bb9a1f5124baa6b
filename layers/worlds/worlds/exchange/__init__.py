"""A world as one file: its configuration, seed and deep time, from which another installation makes it again."""
