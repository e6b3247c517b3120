import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from companies.contacts import journal
from companies.contacts.journal import Kept
from mainsite.backup import aftermath, restoring
from mainsite.backup.aftermath import Outcome, Point
from mainsite.backup.manifest import Manifest
from mainsite.backup.programs import NoProgram
from mainsite.backup.sealed import CannotOpen, NoKey

T = TypeVar("T")


class Command(BaseCommand):
    help = "Restores a backup into an empty database, and says what was lost since."
    # Nothing is there yet to be checked.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, nargs="?")
        parser.add_argument(
            "--recovered",
            action="store_true",
            help="the database is there already, by a point-in-time recovery",
        )
        parser.add_argument(
            "--check", action="store_true", help="compare the digests, write nothing"
        )
        parser.add_argument(
            "--replace", action="store_true", help="empty the database first"
        )
        parser.add_argument(
            "--oppositions",
            type=Path,
            action="append",
            default=[],
            help="a newer copy of OPPOSITION_FILE; may be given several times",
        )
        parser.add_argument(
            "--without-oppositions",
            action="store_true",
            help="go without: whoever objected since the backup comes back",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._handle(**options)
        except (
            *(CannotOpen, NoKey, NoProgram),
            *(restoring.RestoreRefused, restoring.RestoreFailed),
        ) as error:
            raise CommandError(str(error)) from error

    def _handle(self, **options: Any) -> None:
        if options["recovered"] == bool(options["backup"]):
            raise CommandError("Donnez une sauvegarde, ou --recovered.")
        if options["recovered"]:
            self._settle(aftermath.recovered(), self._oppositions(options))
            return
        folder: Path = options["backup"]
        told = self._timed("empreintes comparées", lambda: restoring.check(folder))
        self.stdout.write(
            f"Sauvegarde du {_moment(told.taken_at)} : {sum(told.rows.values())} "
            f"lignes, {len(told.files)} fichiers."
        )
        if options["check"]:
            return
        kept = self._oppositions(options)
        restoring.check_server(told, replace=options["replace"])
        self._restore(folder, told, replace=options["replace"])
        self._settle(
            Point(told.taken_at, told.audit["seal"], told.audit["digest"]),
            kept,
            restoring.apart(folder, told, settings.AUDIT_ANCHOR_FILE.name),
        )

    def _restore(self, folder: Path, told: Manifest, *, replace: bool) -> None:
        self._timed(
            "base restaurée",
            lambda: restoring.restore_database(folder, replace=replace),
        )
        if differing := restoring.verify(told):
            raise CommandError(
                f"La base n’est pas celle du manifeste : {', '.join(differing)}."
            )
        self._timed("migrations passées", restoring.migrate)
        files = self._timed(
            "fichiers restaurés", lambda: restoring.restore_files(folder, told)
        )
        self.stdout.write(f"{files.written} fichiers écrits, {files.kept} déjà là.")

    def _settle(self, told: Point, kept: Kept | None, anchors: bytes = b"") -> None:
        outcome = self._timed(
            "remise en état", lambda: aftermath.settle(told, kept, anchors)
        )
        self._tell(told, outcome)

    def _oppositions(self, options: dict[str, Any]) -> Kept | None:
        """Asked for before anything is written: nobody who objected comes back."""
        if options["without_oppositions"]:
            return None
        files = [settings.OPPOSITION_FILE, *options["oppositions"]]
        absent = [str(path) for path in options["oppositions"] if not path.is_file()]
        if absent or not any(path.is_file() for path in files):
            raise CommandError(
                f"La liste d’opposition gardée à part manque : {absent or files}. "
                "Donnez-la par --oppositions. Sans elle (--without-oppositions), qui "
                "s’est opposé depuis la sauvegarde reviendrait."
            )
        kept = journal.read(files)
        whole = (
            f"dite entière le {_moment(kept.whole_at.isoformat())}"
            if kept.whole_at
            else "jamais dite entière"
        )
        self.stdout.write(
            f"Liste d’opposition : {len(kept.opposed)} empreintes, {whole}."
        )
        if kept.unreadable:
            self.stderr.write(
                f"{kept.unreadable} lignes de cette liste ne se lisent pas."
            )
        return kept

    def _tell(self, told: Point, outcome: Outcome) -> None:
        done = outcome.oppositions
        if done is None:
            self.stderr.write("Les oppositions reçues depuis n’ont PAS été appliquées.")
        else:
            erased = done.purged.total + done.of_companies
            self.stdout.write(
                f"Oppositions reçues depuis : {done.added} ; contacts et pistes "
                f"effacés : {erased}."
            )
        self.stdout.write(f"Sessions fermées : {outcome.sessions}.")
        if not outcome.queues_emptied:
            self.stderr.write(
                "Redis ne répond pas : videz ses files avant de relancer les workers."
            )
        for each in outcome.under_way:
            self.stdout.write(
                f"À reprendre par le balayage : {each.rule} ({each.count})"
            )
        self.stdout.write(
            f"Perdu : tout ce qui a été écrit après le {_moment(told.at)}, soit "
            f"{aftermath.age_of(told.at)}. Ancres mises de côté : "
            f"{outcome.anchors_aside}. Un code de secours utilisé depuis vaut de "
            "nouveau."
        )
        faults = [
            *outcome.faults,
            *(
                f"{each.rule} : {each.count} ({each.example})"
                for each in outcome.broken
            ),
        ]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            sys.exit(1)
        self.stdout.write("La trace d’audit est entière, le grand livre est juste.")

    def _timed(self, what: str, act: Callable[[], T]) -> T:
        began = time.monotonic()
        done = act()
        self.stdout.write(f"{what} : {time.monotonic() - began:.1f} s")
        return done


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{timezone.localtime(moment):%d/%m/%Y à %H:%M:%S}"
