"""Two writers that want the same rows: one is stopped, and may try again."""

from typing import Final

# deadlock_detected, serialization_failure; lock_not_available: the other was long.
_CODES: Final = frozenset({"40P01", "40001", "55P03"})


def is_contention(error: BaseException) -> bool:
    """Whether the same transaction would have gone through alone."""
    return getattr(error.__cause__, "sqlstate", "") in _CODES
