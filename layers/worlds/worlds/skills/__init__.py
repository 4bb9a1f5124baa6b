"""What characters can learn."""
