"""Column files that answer any search of ten million companies in milliseconds.

``build`` reads the database into files, ``store`` maps them and catches up with what
changed since, ``answers`` gives masks, exact counts and the order of the rows. Only
the rows of a page are then read from PostgreSQL. See docs/decisions/0004.
"""
