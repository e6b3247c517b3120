"""Every address × every role, from one table; a new address without a row fails."""

from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

# What each person gets from a plain GET. 302 sends to sign in; 405 says that the
# address only takes POST, to those who may come near it at all.
ANYONE = {"nobody": 200, "half_way": 200, "analyst": 200, "reader": 200, "ops": 200}
SIGNED_IN = {"nobody": 302, "half_way": 302, "analyst": 200, "reader": 200, "ops": 200}
POST_ONLY = {"nobody": 302, "half_way": 302, "analyst": 405, "reader": 405, "ops": 405}
NOT_THERE = {"nobody": 302, "half_way": 302, "analyst": 404, "reader": 404, "ops": 404}
WRITERS = {**SIGNED_IN, "reader": 403}


def names(patterns=None, prefix=""):
    """(full name, route) of every address of ours; the admin has its own table."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            namespace = pattern.namespace
            if namespace == "admin":
                continue
            inner = f"{prefix}{namespace}:" if namespace else prefix
            yield from names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
