"""The search over the companies: one door, ``engine.search``."""
