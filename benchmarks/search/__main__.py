"""The search page over a register of the country's size, through the whole stack.

    make bench-search ROWS=1000000

fills .bench/search-ROWS/ once (see fill.py), compares what the page says with plain
SQL on every class of searches, then times the page: one user, eight, sixty-four,
through gunicorn as it is configured, on loopback. Beside it, in the same rounds, the
limit (the same SQL by psycopg alone) and other programs over the same rows.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Mapping

import psycopg

from benchmarks.search import fill, ground
from benchmarks.search.bench import SMALL, Bench, Options, say


def main() -> int:
    options = _options()
    fill.ensure(options.rows)
    with ground.servers(options.rows) as env:
        ground.manage(env, "migrate", "--verbosity", "0")
        os.environ.update(env)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
        import django

        django.setup()
        # Walking half a million rows is slow, and known to be.
        logging.disable(logging.WARNING)
        _build_index(env)
        with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as db:
            bench = Bench(options, env, db)
            bench.run()
    bench.conclude()
    return 0


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search")
    rows = int(os.environ.get("ROWS", SMALL))
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--each", type=int, default=30, help="searches of a class")
    parser.add_argument("--checked", type=int, default=4, help="compared, of a class")
    parser.add_argument("--seconds", type=float, default=10, help="of a load round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    return Options(
        given.rows,
        given.each,
        given.checked,
        given.seconds,
        given.rounds,
        not given.no_peers,
    )


def _build_index(env: Mapping[str, str]) -> None:
    """Once for what the tables hold: at ten million companies it takes minutes."""
    from companies.search.index import keeper

    if keeper.state().changes == 0:
        say("the search index of these rows is there already")
        return
    began = time.perf_counter()
    ground.manage(env, "build_search_index")
    say(f"search index built in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
