"""What can be made at all in a world, for authors of content."""
