from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from companies import contacts


class Command(BaseCommand):
    help = (
        "Efface les contacts dont la conservation est finie ou auxquels on s’est "
        "opposé\u00a0; à passer aussi après la restauration d’une sauvegarde."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="compter sans rien effacer"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        purged = contacts.purge_expired(dry_run=options["dry_run"])
        self.stdout.write(
            f"{'À effacer' if options['dry_run'] else 'Effacés'}\u00a0: "
            f"{purged.expired} échus, {purged.opposed} opposés, "
            f"{purged.partial} en diffusion partielle, {purged.leads} pistes."
        )
