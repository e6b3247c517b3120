"""What the model reads of many companies, as it was known at a date.

``known.read`` asks the database, ``table.of`` turns the answer into the columns of
``scoring.learning``; ``asked.table`` does both for companies observed on various days.
"""
