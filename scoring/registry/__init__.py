"""The life of a model: trained, compared, published, asked, watched, retired.

``training`` makes a candidate, ``comparing`` holds it against the present model and the
rules on later companies, ``promotion`` publishes and retires, ``serving`` answers,
``hybrid`` blends the answer with the rules, ``watching`` keeps drift by month.
"""
