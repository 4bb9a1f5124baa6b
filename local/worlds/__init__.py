"""What the guide of Worlds is made with."""
