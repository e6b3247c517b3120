"""The search over ten million made-up companies, from the request to the page."""
