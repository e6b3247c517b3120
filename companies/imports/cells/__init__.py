"""What a cell of a file says, for a field: pure, one cell at a time.

Each reader takes the cell and returns ``Read``, or raises ``CellRefused``. Whole
columns go through ``companies.imports.columns``, which asks here for the odd ones only.
"""
