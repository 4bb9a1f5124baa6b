"""What people in a world know how to do: nodes of technology over five levels. Source: worlds 23.2."""
