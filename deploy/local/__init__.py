"""The product on one machine with nothing but Python: servers, processes, secrets.

Development, demonstration, tests and CI. Never production.
"""
