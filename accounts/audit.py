"""The trail: one row per fact, which the application itself cannot change."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from accounts.choices import AuditWord
from accounts.models import AuditEntry, User
from mainsite.lib import logs
from mainsite.lib.client_ip import client_ip

AGENT_LENGTH = 300


def record(
    *,
    actor: User | AnonymousUser | None,
    action: AuditWord,
    resource: str = "",
    details: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> AuditEntry:
    """Write one entry, in the caller's transaction: undone work leaves no trace of it.

    ``resource`` reads ``kind:id`` (``user:12``, ``company:957520448``). ``details``
    holds no personal data: the actor is named by key, never by address or name.
    """
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor_id=actor.pk if actor else None,
        action=str(action),
        resource=resource,
        details=details or {},
        address=client_ip(request) if request else None,
        agent=_agent(request),
        request_id=logs.request_id.get(),
    )


def _agent(request: HttpRequest | None) -> str:
    # PostgreSQL refuses NUL in text, and a header may hold one.
    agent = request.headers.get("User-Agent", "") if request else ""
    return agent.replace("\x00", "")[:AGENT_LENGTH]
