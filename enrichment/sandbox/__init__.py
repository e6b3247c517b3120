"""A program that plays the sources over real HTTP: `python -m enrichment.sandbox`.

It knows no database and no model. What it invents says so in every answer.
"""
