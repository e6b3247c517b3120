import errno
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mainsite.backup import taking
from mainsite.backup.programs import NoProgram
from mainsite.backup.sealed import NoKey


class Command(BaseCommand):
    help = "Seals the database and the stored files into one more backup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BACKUP_DIR)
        parser.add_argument(
            "--keep", type=int, default=settings.BACKUP_KEEP, help="0: all of them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            taken = taking.take(folder=options["folder"], keep=options["keep"])
        except (taking.BackupFailed, NoKey, NoProgram) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(_sentence(error, options["folder"])) from error
        told = taken.manifest
        size = sum(part["bytes"] for part in told.parts.values())
        self.stdout.write(
            f"Sauvegarde {taken.folder} : {sum(told.rows.values())} lignes de "
            f"{len(told.rows)} tables, {len(told.files)} fichiers, {size} octets, "
            f"{time.monotonic() - began:.1f} s."
        )
        for name in taken.removed:
            self.stdout.write(f"Sauvegarde retirée : {name}")


def _sentence(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"Le disque de {folder} est plein : la sauvegarde n’a pas été faite, rien "
            "d’inachevé n’y reste. Les sauvegardes d’avant sont intactes."
        )
    return f"{folder} : {error.strerror or error}. La sauvegarde n’a pas été faite."
