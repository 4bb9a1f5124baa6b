"""Where one can gather: stands of trees, patches of herbs, trails of animals, shoals of fish. Without numpy.

Where they are follows from the world's seed and the ground. Only what was gathered from is stored. Source: worlds 23.1.
"""
