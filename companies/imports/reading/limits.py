"""How much a file may hold; beyond, it is refused with the line."""

from typing import Final

MAX_ROWS: Final = 2_000_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 32 * 1024
# Rows of one batch, hence of one transaction.
BATCH: Final = 20_000
# Of workbooks, which are packed.
MAX_PARTS: Final = 200
MAX_UNPACKED: Final = 500 * 1024 * 1024
MAX_RATIO: Final = 100
# A workbook is held whole while it is read: half a million rows of sixteen columns.
MAX_CELLS: Final = 8_000_000
