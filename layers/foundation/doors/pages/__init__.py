"""Pages for people in a browser: one base, one style sheet and one set of components for all products."""
