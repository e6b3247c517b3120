"""`python -m enrichment.sandbox`: serve until told to stop."""

import argparse
import logging
import os
import sys
from pathlib import Path

from aiohttp import web

from enrichment.sandbox.answers import SHIPPED
from enrichment.sandbox.app import Settings, make_app

logger = logging.getLogger("enrichment.sandbox")


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    faults = os.environ.get("SANDBOX_FAULTS")
    try:
        app = make_app(
            Settings(
                var=options.var,
                answers=Path(os.environ.get("SANDBOX_ANSWERS") or SHIPPED),
                faults_file=Path(faults) if faults else None,
                latency_ms=options.latency_ms,
                tokens=options.tokens,
            )
        )
        logger.info("sandbox of the sources: http://%s:%s", options.host, options.port)
        web.run_app(
            app, host=options.host, port=options.port, print=None, access_log=None
        )
    except OSError as error:
        sys.exit(f"sandbox: {error}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m enrichment.sandbox",
        description="Plays the outside sources over HTTP. Environment: "
        "SANDBOX_ANSWERS, a folder of recorded answers; SANDBOX_FAULTS, a JSON file "
        "of faults by SIREN.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--var", type=Path, default=Path("var/sandbox"))
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--tokens", type=int, default=100_000, help="monthly jetons")
    return parser.parse_args()


if __name__ == "__main__":
    main()
