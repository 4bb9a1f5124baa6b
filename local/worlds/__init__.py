"""Playing Worlds from outside, for `make verify`, and what the guide of Worlds is made with."""
