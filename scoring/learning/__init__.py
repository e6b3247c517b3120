"""The model: labelled tables in, a forest that can be questioned out. No Django.

``protocol.train`` is the one published way to make a model, ``model.Model`` answers and
explains, ``files`` keeps it, ``metrics`` and ``drift`` say what it is worth.
"""
