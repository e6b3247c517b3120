"""Column files that answer any search of ten million companies in milliseconds.

``build`` reads the database (``columns``) into files (``derive``), ``store`` maps them
and catches up with what changed since. ``answers`` is one search: the rows it is about
(``found``, ``masks``), exact counts (``counting``), the order of the rows (``merged``,
``order``). Only the rows of a page are then read from PostgreSQL. See
docs/decisions/0004.
"""
