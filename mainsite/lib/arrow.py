"""Arrow in a job that has a file to get through, and little memory."""

import ctypes
import sys
from importlib.abc import MetaPathFinder
from typing import Any

import pyarrow as pa

# Of mallopt(3).
_M_MMAP_THRESHOLD, _COLUMN_BYTES = -3, 128 * 1024


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, *_: Any) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def leave_pandas() -> None:
    """Before a process's first array, which else loads pandas: 32 MB and 0.3 s.

    Arrow looks for it once, to know its series from lists; a job has none.
    """
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(finder)


def give_columns_back() -> None:
    """Have glibc return each column to the system as soon as it is freed.

    Else it learns from the first large ones to keep them, in pieces, between what
    stays: 15 MB at the most. A column that comes anew costs less than its cells do.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _COLUMN_BYTES)
