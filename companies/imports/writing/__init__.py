"""A chunk of companies carried into the tables: staged, compared, written.

Rows of companies that are there are locked in the order of their SIREN before they are
compared, so that whoever writes of the same companies goes before or after, whole.
"""
