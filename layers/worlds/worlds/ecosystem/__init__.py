"""What lives in a world through deep time: populations, what they eat, and what becomes of them. Source: worlds 15.2.

Only `life` imports numpy.
"""
