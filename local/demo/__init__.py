"""`make demo`: a chat evening against the running game, over HTTP like any other client."""
