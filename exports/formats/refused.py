class FormatRefused(ValueError):
    """What was asked for does not fit in this format; ``str()`` is in French."""
