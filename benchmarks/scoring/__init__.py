"""What scoring costs and what it is worth, in parts: see ``__main__``."""
