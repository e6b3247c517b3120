from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from companies.registry import FileReport, LoadReport, RegistryFileError, load


class Command(BaseCommand):
    help = (
        "Charge dans le registre les fichiers StockUniteLegale et StockEtablissement "
        "de l’INSEE (CSV, CSV.gz, ZIP, Parquet) ou leurs extraits. Rejouable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FICHIER", type=Path)
        parser.add_argument(
            "--encoding", help="encodage des CSV, quand sa détection se trompe"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load(
                options["files"], encoding=options["encoding"], report=self._progress
            )
        except RegistryFileError as error:
            raise CommandError(str(error)) from error
        for file in report.files:
            self.stdout.write("\n".join(told(file)))

    def _progress(self, report: LoadReport) -> None:
        file = report.files[-1]
        if self.stdout.isatty():
            line = f"\r{file.path.name} : {spaced(file.read)} lignes lues…"
            self.stdout.write(line, ending="")
            self.stdout.flush()


def told(file: FileReport) -> list[str]:
    """The lines that a person reads about one file."""
    rate = file.read / file.seconds if file.seconds else 0
    lines = [
        f"{file.path.name} ({file.layout})",
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
    ]
    if file.repaired:
        lines.append(f"  zéros de tête rendus : {spaced(file.repaired)}")
    return lines


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
