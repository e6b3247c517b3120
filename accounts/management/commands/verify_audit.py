import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts import trail


class Command(BaseCommand):
    help = "Walks the chain over the audit trail; exit code 1 when it is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = trail.verify()
        self.stdout.write(
            f"{verdict.entries} traces dans {verdict.seals} sceaux, "
            f"{verdict.anchors} ancres."
        )
        for fault in verdict.faults:
            self.stderr.write(fault)
        if verdict.faults:
            sys.exit(1)
        self.stdout.write("La chaîne est entière.")
