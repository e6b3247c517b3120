from decimal import Decimal

import pytest

from enrichment.stopping import Limit, stops


def limit(kind="budget", left=10, needed=100, companies=1000, **fields):
    return Limit(
        kind=kind,
        left=None if left is None else Decimal(left),
        needed=Decimal(needed),
        companies=companies,
        **fields,
    )


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ((), []),
        ((limit(left=None),), []),
        ((limit(left=100),), []),
        ((limit(left=0, needed=0),), []),
        ((limit(left="41.2"),), [("budget", 412)]),
        ((limit(left=0),), [("budget", 0)]),
        (
            (limit("quota", 50, 60, 60), limit("cap", 30), limit("units", 5)),
            [("units", 50), ("quota", 50), ("cap", 300)],
        ),
        ((limit("budget", 10), limit("cap", 10)), [("cap", 100), ("budget", 100)]),
    ],
)
def test_the_nearest_limit_comes_first(given, reached):
    assert [(stop.kind, stop.companies) for stop in stops(given)] == reached
