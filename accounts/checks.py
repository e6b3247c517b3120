from collections.abc import Sequence
from typing import Any

import environ
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from mainsite.lib import history


@register(Tags.security, deploy=True)
def audit_is_protected(**_: Any) -> list[CheckMessage]:
    """One role for everything could drop the triggers that keep the audit trail."""
    owner = settings.DATABASE_OWNER_URL
    role = settings.DATABASES["default"].get("USER")
    if owner and environ.Env.db_url_config(owner).get("USER") != role:
        return []
    return [
        Warning(
            "The audit trail is not protected from the application.",
            hint="Give DATABASE_OWNER_URL a role of its own, apart from DATABASE_URL.",
            id="accounts.W001",
        )
    ]


@register(Tags.database)
def history_is_ahead(
    databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Rows of a month without a partition stray into the default one, all together."""
    if not databases or not history.is_installed():
        return []
    lacking = history.missing()
    if not lacking:
        return []
    return [
        Warning(
            f"No partition for next month: {', '.join(lacking)}.",
            hint="Is the scheduler running? It calls mainsite.lib.history.maintain.",
            id="accounts.W002",
        )
    ]
