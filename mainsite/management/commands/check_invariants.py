from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mainsite import invariants


class Command(BaseCommand):
    help = "Checks that nothing was lost: ledger, audit trail, imports, exports."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = invariants.broken()
        for each in broken:
            self.stderr.write(
                f"{each.part} : {each.rule} : {each.count} {each.example}"
            )
        if broken:
            raise CommandError(f"{len(broken)} règles ne tiennent pas.")
        self.stdout.write("Rien n’est perdu : toutes les règles tiennent.")
