import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from companies.models import Edition
from companies.registry import (
    COUNTS,
    FileReport,
    LoadInterruptedError,
    LoadReport,
    RegistryFileError,
    load,
)


class Command(BaseCommand):
    help = (
        "Charge dans le registre les fichiers StockUniteLegale et StockEtablissement "
        "de l’INSEE (CSV, CSV.gz, ZIP, Parquet), leurs différences, les pages de "
        "l’API Sirene ou leurs extraits. Rejouable ; arrêté, il reprend où il en était."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FICHIER", type=Path)
        parser.add_argument(
            "--encoding", help="encodage des CSV, quand sa détection se trompe"
        )
        edition = parser.add_mutually_exclusive_group()
        edition.add_argument(
            "--complete",
            dest="edition",
            action="store_const",
            const=Edition.COMPLETE,
            help="fichier complet : ce qui n’y est plus est fermé",
        )
        edition.add_argument(
            "--differences",
            dest="edition",
            action="store_const",
            const=Edition.DIFFERENCES,
            help="seules les lignes du fichier changent",
        )
        parser.add_argument(
            "--force-shrink",
            action="store_true",
            help="accepte un fichier complet de moins de 98 %% des lignes précédentes",
        )
        parser.add_argument(
            "--personnes-physiques",
            dest="individuals",
            action="store_true",
            help="charge aussi les entrepreneurs individuels, autant qu’ils se "
            "diffusent",
        )
        parser.add_argument(
            "--chunk-rows", type=_positive, help="lignes par transaction"
        )
        parser.add_argument(
            "--json", action="store_true", help="rend compte en une ligne de JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load(
                options["files"],
                report=None if options["json"] else self._progress,
                **{name: options[name] for name in _PASSED_ON},
            )
        except LoadInterruptedError as error:
            if options["json"]:
                self.stdout.write(as_json(error.report, error=str(error)))
            raise CommandError(str(error)) from error
        except RegistryFileError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(as_json(report))
            return
        for file in report.files:
            self.stdout.write("\n".join(told(file)))

    def _progress(self, report: LoadReport) -> None:
        if self.stdout.isatty():
            read = " ; ".join(
                f"{file.path.name} : {spaced(file.read)} lignes lues"
                for file in report.files[-2:]
            )
            self.stdout.write(f"\r{read}…", ending="")
            self.stdout.flush()


_PASSED_ON = ("encoding", "edition", "force_shrink", "individuals", "chunk_rows")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def as_json(report: LoadReport, *, error: str = "") -> str:
    """One line for programs: the same counts as the words."""
    return json.dumps(
        {
            "initial": report.is_initial,
            "phases_s": {name: round(s, 2) for name, s in report.phases.items()},
            "files": [_as_object(file) for file in report.files],
            **({"error": error} if error else {}),
        },
        ensure_ascii=False,
    )


def _as_object(file: FileReport) -> dict[str, object]:
    return {
        "file": file.path.name,
        "layout": file.layout,
        "edition": str(file.edition),
        "read": file.read,
        "written": file.written,
        "unchanged": file.unchanged,
        "left_out": {reason.name: n for reason, n in file.left_out.items() if n},
        **{name: getattr(file, name) for name in COUNTS},
        "resumed_at": file.resumed_at,
        "seconds": round(file.seconds, 2),
    }


def told(file: FileReport) -> list[str]:
    """The lines that a person reads about one file."""
    fresh = file.read - file.resumed_at
    rate = fresh / file.seconds if file.seconds else 0
    lines = [
        f"{file.path.name} ({file.layout}, {file.edition})",
        f"  lues        {spaced(file.read):>12}   en {file.seconds:.1f} s, "
        f"{spaced(round(rate))} lignes/s",
        f"  écrites     {spaced(file.written):>12}   sociétés : "
        f"{spaced(file.companies_new)} nouvelles, "
        f"{spaced(file.companies_updated)} modifiées ; établissements : "
        f"{spaced(file.establishments_new)} nouveaux, "
        f"{spaced(file.establishments_updated)} modifiés",
        f"  inchangées  {spaced(file.unchanged):>12}",
        f"  écartées    {spaced(file.left_out.total()):>12}",
    ]
    lines += [
        f"    {spaced(count):>12}   {reason}"
        for reason, count in file.left_out.most_common()
        if count
    ]
    lines += [
        f"  {words} : {spaced(count)}"
        for words, count in (
            ("reprises d’un passage arrêté", file.resumed_at),
            ("zéros de tête rendus", file.repaired),
            ("sociétés absentes du fichier, fermées", file.companies_closed),
            ("établissements absents du fichier, fermés", file.establishments_closed),
            ("sociétés qui ne se diffusent plus, masquées", file.companies_masked),
        )
        if count
    ]
    return lines


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
