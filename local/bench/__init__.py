"""`make bench`: what the game costs, measured on this machine beside what it could cost at best."""
