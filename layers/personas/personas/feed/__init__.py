"""The home feed: what those write whom someone follows, what others share, and new templates. Source: personas 14.3."""
