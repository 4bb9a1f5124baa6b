"""`make bench`: measures the game on this machine, and compares it with the best it could do."""
