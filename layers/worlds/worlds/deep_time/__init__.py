"""What a world goes through in a billion years: its crust, its air and its sea. Source: worlds 15.1.

Only `crust` and `simulation` import numpy.
"""
