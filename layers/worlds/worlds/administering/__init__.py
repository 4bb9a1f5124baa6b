"""What administrators of an installation do to worlds and people; each is in the log. Source: worlds 26."""
