"""Sheets as people send them: encodings, separators, lines, SIREN cells.

Shared by the lists of SIREN and the imports of files; it knows neither.
"""
