"""What a player types: the table of commands, and how a line is read."""
