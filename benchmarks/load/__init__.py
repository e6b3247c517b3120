"""The product under the load of a desk, and of ill will: L1 to L6 of security.md.

Clients are ours, on aiohttp, which the product already has: a virtual user of Locust is
a greenlet of some milliseconds a request, and shares the two processors with what is
measured; and slow headers or a fixed rate of attempts are not its business.
"""
