"""What lies in the ground: which ore where, how much of it, how deep, and how it is found. Without numpy.

Nothing of it is stored: it follows from the world's seed and the ground. Source: worlds 11.5.
"""
