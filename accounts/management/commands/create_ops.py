import os
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.choices import Role
from accounts.models import Desk


class Command(BaseCommand):
    help = (
        "Make an ops account. The password comes from OPS_PASSWORD or is asked for; "
        "the second factor is enrolled at the first sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--desk", default="Exploitation")

    def handle(self, *args: Any, **options: Any) -> None:
        desk, _created = Desk.objects.get_or_create(name=options["desk"])
        try:
            user = services.create_user(
                email=options["email"].strip().lower(),
                full_name=options["name"],
                password=_password(),
                role=Role.OPS,
                desk=desk,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Compte d’exploitation créé : {user.email}")


def _password() -> str:
    if given := os.environ.get("OPS_PASSWORD"):
        return given
    first, second = getpass("Mot de passe : "), getpass("Encore une fois : ")
    if first != second:
        raise CommandError("Les deux saisies diffèrent.")
    return first
