"""The ground of a world, made in stages from its parameters and its seed. Source: worlds 11.1 to 11.4.

Only the modules that work on arrays import numpy; `tiles`, `ground`, `scale` and `sky`, which play needs, do without.
"""
