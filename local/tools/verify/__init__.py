"""`make verify`: tries a running installation from outside, as its users would, and says which part is broken."""
