from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import retention


class Command(BaseCommand):
    help = (
        "Après douze mois, oublie d’où et avec quel navigateur les utilisateurs ont "
        "agi, et le nom de ceux qui sont partis\u00a0; la trace garde leur numéro."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="compter sans rien effacer"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = retention.forget(dry_run=options["dry_run"])
        self.stdout.write(
            f"{'À effacer' if options['dry_run'] else 'Effacés'}\u00a0: origine de "
            f"{found.entries} traces ({found.seals} sceaux), {found.accounts} comptes, "
            f"{found.belongings} facteurs, liens, jetons et sessions de partis, "
            f"{found.sessions} sessions, {found.tokens} jetons, {found.admin_lines} "
            "lignes de l’administration."
        )
