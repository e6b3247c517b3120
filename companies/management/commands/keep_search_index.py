import logging
import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from companies.search.index import keeper

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Tient à jour l’index de recherche de cette machine, à côté des pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=float, default=5.0, help="secondes entre deux regards"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A build takes what the pages leave.
        os.nice(10)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                keeper.keep()
            except (Error, OSError):
                # The database or the disk is away: the index in use stays in use.
                logger.exception("the search index could not be built")
            finally:
                close_old_connections()
            stop.wait(options["every"])
