import os
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

import django_rq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import installation
from mainsite.lib.queue import Worker


class Command(BaseCommand):
    help = (
        "A worker of the queues, the first named first; it ends when Redis goes, for "
        "the supervisor to see."
    )
    # bin/lint has checked the code, as for the web server: a worker that was killed is
    # back half a second sooner.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queues", nargs="*", default=["default"])
        parser.add_argument(
            "--burst", action="store_true", help="stop when the queues are empty"
        )

        parser.add_argument(
            "--nice", type=int, default=0, help="combien céder le processeur aux autres"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        installation.verify()
        os.nice(options["nice"])
        for name in options["queues"]:
            for module in settings.RQ_PRELOADED.get(name, ()):
                import_module(module)
        queues = [django_rq.get_queue(name) for name in options["queues"]]
        worker = Worker(
            queues,
            connection=queues[0].connection,
            serializer=queues[0].serializer,
            job_class=queues[0].job_class,
        )
        worker.work(burst=options["burst"], logging_level="WARNING")
        if not (options["burst"] or worker._shutdown_requested_date):
            # RQ logs what stopped it, Redis gone most often, and returns.
            raise CommandError("Le travail s’est interrompu : voir le journal.")
