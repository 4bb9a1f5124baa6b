"""What happens to a village when someone comes near: it is stored the first time, and lived on each time."""
