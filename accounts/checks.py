from typing import Any

import environ
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


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
