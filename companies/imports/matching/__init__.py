"""Rows that name their company without its number, matched to the register.

``names`` and ``likeness`` compare names, ``spots`` reads places, ``candidates`` finds
in one reading of the register which companies each row may be about, ``verdicts`` says
which of them is sure; ``services`` keeps what was found and what a person decides.
"""
