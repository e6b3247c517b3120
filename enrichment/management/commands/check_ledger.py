from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrichment import invariants


class Command(BaseCommand):
    help = "Checks that the ledger of enrichment adds up."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = invariants.broken()
        for fault in broken:
            self.stderr.write(f"{fault.rule} : {fault.count} ({fault.example})")
        if broken:
            raise CommandError(f"{len(broken)} règles du grand livre ne tiennent pas.")
        count = len(invariants.RULES)
        self.stdout.write(f"Le grand livre est juste : {count} règles vérifiées.")
