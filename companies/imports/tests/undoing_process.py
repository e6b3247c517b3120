"""A worker taking an import back as a process of its own, for tests that kill it.

    python -m companies.imports.tests.undoing_process IMPORT PART

PART is how many changes a transaction gives back. In each transaction, before it is
committed, it says « part N » and waits for a line.
"""

import sys

import django


def main(import_id, part):
    django.setup()
    from companies.imports import jobs, taking_back, undoing

    taking_back.PART = part  # type: ignore[misc]
    take_back = undoing._take_back  # noqa: SLF001
    parts = 0

    def waiting(imp):
        nonlocal parts
        done = take_back(imp)
        if done:
            parts += 1
            sys.stdout.write(f"part {parts}\n")
            sys.stdout.flush()
            sys.stdin.readline()
        return done

    undoing._take_back = waiting  # noqa: SLF001
    jobs.undo(import_id=import_id)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
