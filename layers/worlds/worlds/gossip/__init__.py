"""What villagers tell one another of what they remember, day by day. Source: worlds 17, 18.3, and the design."""
