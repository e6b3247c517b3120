"""Companies like some others: the nearest inside a search, and what they share.

``traits`` says how far two values of a trait are from each other and how much the trait
weighs; ``nearest`` finds the closest companies in the search index, exactly; ``find``
is the door; ``wording`` makes the sentences. See docs/lookalikes.md.
"""
