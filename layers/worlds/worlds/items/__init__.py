"""Things that can be carried: their kinds, what someone holds, and what can be done with it."""
