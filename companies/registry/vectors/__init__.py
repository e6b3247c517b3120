"""The rules of ``cells``, ``layouts`` and ``keys`` on whole columns at a time.

What a rule says stands there once, for one cell; here is only how to ask it seldom:
each different value once, or the rows that an array operation cannot vouch for.
"""
