"""A worker of imports as a process of its own, for tests that kill it.

    python -m companies.imports.tests.importing_process IMPORT ROWS [PAUSE]

ROWS is how many rows a chunk has. With a pause it says « stored N » after each chunk
and waits so many seconds.
"""

import sys
import time

import django


def main(import_id, rows, pause_s):
    django.setup()
    from companies.imports import jobs, running
    from companies.imports.reading import working

    running.BATCH = working.BATCH = rows
    look_around = running._look_around  # noqa: SLF001

    def waiting(imp):
        sys.stdout.write(f"stored {imp.position}\n")
        sys.stdout.flush()
        time.sleep(pause_s)
        look_around(imp)

    running._look_around = waiting  # noqa: SLF001
    jobs.run(import_id=import_id)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
