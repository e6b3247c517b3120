from typing import Any

from django.core.management.base import BaseCommand, CommandError

from companies.registry.demo import NotASandboxError, load_demo, what_to_try_first


class Command(BaseCommand):
    help = (
        "Charge les sociétés réelles de démonstration (dossier demo/) dans une base "
        "« sandbox ». Rejouable : un second passage n’ajoute rien."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_demo()
        except NotASandboxError as error:
            raise CommandError(
                "Cette base est « live » : elle ne reçoit jamais de données de "
                "démonstration. Donnez une base « sandbox »."
            ) from error
        self.stdout.write(
            f"Démonstration : {report.companies} sociétés, "
            f"{report.establishments} établissements, {report.accounts} exercices et "
            f"{report.targets} cibles ajoutés en {report.seconds:.1f} s."
        )
        self.stdout.write("À essayer d’abord :")
        for company in what_to_try_first():
            self.stdout.write(f"  {company.siren}  {company.name}")
