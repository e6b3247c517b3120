from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import services


class Command(BaseCommand):
    help = "Make the demo accounts (sandbox databases only) and print them."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = services.create_demo_accounts()
        except services.NotASandbox as error:
            raise CommandError(str(error)) from error
        for account in accounts:
            self.stdout.write(
                f"{account.email:<26} {services.DEMO_PASSWORD}  "
                f"{account.role.label}, {account.desk}"
            )
