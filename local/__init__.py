"""The local stack: everything AWS does for us, on one machine."""
