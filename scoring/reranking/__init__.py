"""A selection in the order of another set of weights, kept under a name.

``ranking`` computes it and writes it down; ``page`` reads it again beside what the
companies' score says today. It never touches that score.
"""
