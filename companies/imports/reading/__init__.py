"""What a file is, and its rows: no model, no database.

``detecting`` says what was found; ``working`` turns the file, once, into batches of
columns that can be taken up at any of them.
"""
