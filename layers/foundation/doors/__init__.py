"""What all doors share: from a Lambda event to a use case and back."""
