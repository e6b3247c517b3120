"""The next one made ready in a thread, while PostgreSQL works on this one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
_END: Final[Any] = object()


def one_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, one of them made before it is asked for.

    What making one raises is raised where it is asked for. ``items`` must not read the
    database: a thread has another connection, outside of the caller's transaction.
    """
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")
    try:
        coming = pool.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = pool.submit(next, items, _END)
            yield item
    finally:
        # Whoever gives up says so at once, whatever the thread is at.
        pool.shutdown(wait=False, cancel_futures=True)
