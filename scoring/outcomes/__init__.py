"""How companies turned out: what a model learns to tell apart.

``pipeline`` reads what desks concluded, ``notices`` what was published; ``labels`` puts
them together, each with the day on which the company is looked at.
"""
