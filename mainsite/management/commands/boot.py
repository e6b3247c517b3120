"""Everything between the servers' start and the first page, in one process."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from accounts import installation
from accounts.services import DEMO_PASSWORD, create_demo_accounts
from companies.registry import demo
from mainsite.lib import formatting
from scoring import services as scoring


class Command(BaseCommand):
    help = "Migrates, loads the demo data of a sandbox once, writes the welcome text."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--welcome-file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        installation.current.cache_clear()
        installation.verify()
        if installation.is_sandbox():
            self._load_demo()
        text = self._welcome()
        if options["welcome_file"]:
            options["welcome_file"].write_text(text, encoding="utf-8")
        self.stdout.write(text)

    def _load_demo(self) -> None:
        create_demo_accounts()
        if not demo.demo_is_loaded():
            demo.load_demo()
            scoring.score_stale_companies()

    def _welcome(self) -> str:
        if not installation.is_sandbox():
            return LIVE
        accounts = "\n".join(f"    {line}" for line in ACCOUNTS)
        return SANDBOX.format(
            accounts=accounts, password=DEMO_PASSWORD, companies=_companies()
        )


def _companies() -> str:
    """Two to a line: SIREN in threes, and the name."""
    told = [
        f"{formatting.siren(each.siren)} {each.name[:24]:24}"
        for each in demo.what_to_try_first()
    ]
    pairs = zip(told[::2], [*told[1::2], ""], strict=False)
    return "\n".join(f"    {left}  {right}".rstrip() for left, right in pairs)


ACCOUNTS = (
    "analyste@demo.example     analyste, équipe « Mécanique & industrie »",
    "collegue@demo.example     même équipe",
    "responsable@demo.example  responsable de cette équipe, lit les contacts",
    "autre.desk@demo.example   équipe « Santé & services »",
    "lecture@demo.example      lecture seule",
    "ops@demo.example          exploitation : administration et files",
)
SANDBOX = """
Bac à sable : sociétés réelles, réponses de sources simulées et marquées « sandbox ».

  Comptes de démonstration, mot de passe « {password} » :
{accounts}

  Second facteur : à la première connexion, la page montre un QR à lire avec une
  application d’authentification (Aegis, FreeOTP, Google Authenticator…) ; la clé
  est aussi écrite en clair, pour un gestionnaire de mots de passe. Dix codes de
  secours sont donnés une seule fois.

  À essayer d’abord : 30 sociétés de 1 à 50 M€ dont l’enrichissement donne une fiche
  complète. Collez leurs SIREN (demo/try_first.csv) dans « Enrichissements ».
{companies}
"""
LIVE = """
Installation réelle : aucune donnée de démonstration. Le premier compte se crée
par « manage.py create_ops ».
"""
