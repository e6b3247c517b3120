import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import audit, resealing, sealing
from accounts.choices import Action


class Command(BaseCommand):
    help = (
        "Seals again, under the first FIELD_KEY, what the others sealed; may be "
        "stopped and run again. Afterwards the others can be dropped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chunk", type=int, default=1000)
        parser.add_argument(
            "--check", action="store_true", help="only say which keys are in use"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self._reseal(options["chunk"])
        current = sealing.first_key_id()
        old = 0
        for column, counts in resealing.keys_in_use().items():
            for key_id, count in counts.items():
                self.stdout.write(f"{column} : {count} sous la clé « {key_id} »")
                old += count if key_id != current else 0
        if old:
            self.stderr.write(
                f"{old} valeurs sont encore sous une ancienne clé : gardez-la."
            )
            sys.exit(1)
        self.stdout.write(
            f"Tout est sous la clé « {current} » : les autres peuvent être retirées."
        )

    def _reseal(self, chunk: int) -> None:
        told = resealing.reseal(chunk=chunk)
        audit.record(
            actor=None,
            action=Action.KEYS_RESEALED,
            details={"key": sealing.first_key_id(), "values": told.resealed},
        )
        for column, count in told.unopened.items():
            if count:
                self.stderr.write(f"{column} : {count} valeurs qu’aucune clé n’ouvre.")
