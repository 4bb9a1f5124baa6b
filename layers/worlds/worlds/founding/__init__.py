"""Making a world: its row, its owner, its portal, and the request for its ground."""
