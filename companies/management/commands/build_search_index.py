from typing import Any

from django.core.management.base import BaseCommand, CommandError

from companies.search.index.build import BuildIsRunning, build


class Command(BaseCommand):
    help = "Construit l’index de recherche de cette machine et le met en service."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            built = build()
        except BuildIsRunning as error:
            raise CommandError("Une construction est déjà en cours.") from error
        self.stdout.write(
            f"{built.companies} sociétés, dont {built.targets} cibles : "
            f"{built.seconds:.1f} s, {built.bytes / 1e6:.0f} Mo."
        )
