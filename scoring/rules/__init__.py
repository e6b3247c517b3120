"""The scoring rules: pure functions over NumPy columns, no Django and no database.

``facts`` says what is known of a company, ``engine`` turns facts into results,
``wording`` turns the codes of a result into sentences.
"""
