"""The interview in which players say what world they want, and what is understood of their answers."""
