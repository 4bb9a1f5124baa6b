"""People who play Worlds from outside, for `make demo` and `make verify`."""
