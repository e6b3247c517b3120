import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import links, services
from accounts.choices import LinkKind, Role
from accounts.models import Desk, User


class Command(BaseCommand):
    help = (
        "Make an ops account and print the link by which its owner chooses a password "
        "(mailed instead when EMAIL_URL is set). OPS_PASSWORD, if given, is the "
        "password. The second factor is enrolled at the first sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--desk", default="Exploitation")

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("OPS_PASSWORD") or None
        try:
            user, address = _make(password=password, **options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Compte d’exploitation créé : {user.email}")
        if address:
            self.stdout.write("Lien pour choisir le mot de passe, 72 h, une fois :")
            self.stdout.write(address)


@transaction.atomic
def _make(
    *, email: str, name: str, desk: str, password: str | None, **_: Any
) -> tuple[User, str]:
    user = services.create_user(
        email=email.strip().lower(),
        full_name=name,
        password=password,
        role=Role.OPS,
        desk=Desk.objects.get_or_create(name=desk)[0],
    )
    if password is not None:
        return user, ""
    return user, links.make(user=user, kind=LinkKind.INVITATION)
