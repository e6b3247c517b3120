"""What the commands share that take away what may be kept no longer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class PurgeCommand(BaseCommand):
    """Says what it took away; with ``--dry-run`` what it would, and touches nothing."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="compter sans rien effacer"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run: bool = options["dry_run"]
        begin = "À effacer" if dry_run else "Effacés"
        self.stdout.write(f"{begin}\u00a0: {self.purge(dry_run=dry_run)}.")

    def purge(self, *, dry_run: bool) -> str:
        """How much of what, for the sentence."""
        raise NotImplementedError
