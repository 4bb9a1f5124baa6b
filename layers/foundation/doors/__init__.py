"""What every door of the game shares: from a Lambda event to a use case and back."""
