"""Each fault once in a batch of its own, held against a twin that nobody disturbed.

`trial` runs one, `strikes` says what is done and when, `ground` has the servers that
are killed, `product` the processes, `dump` and `books` judge what is left.
"""
