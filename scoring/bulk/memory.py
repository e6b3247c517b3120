"""What a process that computes on columns tells the allocator."""

import numpy as np

_LARGEST = 30 << 20


def keep_freed() -> None:
    """Let glibc keep what columns leave behind, up to some 60 MB.

    It gives freed memory back to the system above twice the largest mapped block that
    it has seen freed, up to 32 MB (mallopt(3), M_TRIM_THRESHOLD). Columns of 160 kB
    come and go by the hundred in a chunk: asked for again page by page they cost as
    much as half the rules.
    """
    np.empty(_LARGEST, np.uint8)
