"""`python -m exports.airtable_sandbox`: serve one base until told to stop."""

import argparse
import logging

from aiohttp import web

from exports.airtable_sandbox.app import Sandbox, Token, make_app, make_sandbox
from exports.airtable_sandbox.bases import Base
from exports.airtable_sandbox.control import Control
from exports.airtable_sandbox.limits import PENALTY_S, PER_S

logger = logging.getLogger("exports.airtable_sandbox")


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    sandbox = make_sandbox(per_s=options.per_s, penalty_s=options.penalty_s)
    sandbox.latency_s = options.latency_ms / 1000
    _fill(sandbox, options)
    app = make_app(sandbox, *Control(sandbox).routes())
    logger.info("Airtable sandbox: http://%s:%s", options.host, options.port)
    web.run_app(app, host=options.host, port=options.port, print=None, access_log=None)


def _fill(sandbox: Sandbox, options: argparse.Namespace) -> None:
    base = Base(options.base)
    table = base.add_table(options.table)
    table.add_field({"name": "SIREN", "type": "singleLineText"})
    sandbox.bases[base.id] = base
    sandbox.tokens[options.token] = Token()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m exports.airtable_sandbox",
        description="Plays Airtable's web API: one base with one table, in memory.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8095)
    parser.add_argument("--base", default="appSandbox0000000")
    parser.add_argument("--table", default="Cibles")
    parser.add_argument("--token", default="patSandbox")
    parser.add_argument("--per-s", type=int, default=PER_S, help="requests and base")
    parser.add_argument(
        "--penalty-s",
        type=float,
        default=PENALTY_S,
        help="after a 429; Airtable's is 30, anything shorter is for tests",
    )
    parser.add_argument("--latency-ms", type=float, default=0.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
