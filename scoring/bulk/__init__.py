"""Scoring by whole columns: from the tables to the history, no Python per company.

    choice ─▶ source ─▶ Columns ─▶ engine.compute ─▶ lines ─▶ COPY
    which     SQL, NumPy           scoring.rules     Polars   store

One company and the whole register take this path. ``run`` cuts the work into chunks,
each a transaction of its own.
"""
