"""What the audit trail tells of exports: never what they hold."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from exports.models import Destination, Export, ExportSchedule


class Action(AuditWord):
    EXPORT_ASKED = "export_asked", _("export demandé")
    EXPORT_TRIED = "export_tried", _("envoi essayé à blanc")
    EXPORT_REUSED = "export_reused", _("export repris")
    EXPORT_DOWNLOADED = "export_downloaded", _("export téléchargé")
    EXPORT_CANCELLED = "export_cancelled", _("export annulé")
    EXPORT_SENT = "export_sent", _("export envoyé")
    # Of its own, so that who reads the trail for persons' data misses none.
    CONTACTS_EXPORTED = "contacts_exported", _("contacts exportés")
    SCHEDULE_MADE = "export_schedule_made", _("export programmé")
    SCHEDULE_SUSPENDED = "export_schedule_suspended", _("programmation suspendue")
    SCHEDULE_RESUMED = "export_schedule_resumed", _("programmation reprise")
    DESTINATION_CHANGED = "export_destination_changed", _("destination modifiée")
    SCHEDULE_DELETED = "export_schedule_deleted", _("programmation supprimée")


def record(
    export: Export,
    action: Action,
    *,
    by: User,
    request: HttpRequest | None = None,
    **more: Any,
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"export:{export.public_id}",
        details={**_definition(export), "rows": export.rows_total, **more},
        request=request,
    )


def record_schedule(
    schedule: ExportSchedule,
    action: Action,
    *,
    by: User | None,
    request: HttpRequest | None = None,
    **more: Any,
) -> None:
    """``by`` None: it was suspended by itself."""
    audit.record(
        actor=by,
        action=action,
        resource=f"export_schedule:{schedule.public_id}",
        details={**_definition(schedule), **more},
        request=request,
    )


def record_destination(
    destination: Destination, *, by: Any, request: HttpRequest | None = None
) -> None:
    """What ops declared, by the name of its variable: the trail holds no secret."""
    audit.record(
        actor=by,
        action=Action.DESTINATION_CHANGED,
        resource=f"export_destination:{destination.pk}",
        details={
            "name": destination.name,
            "kind": destination.kind,
            "variable": destination.secret_name,
            "mode": destination.mode,
            "contacts": destination.takes_contacts,
            "active": destination.is_active,
        },
        request=request,
    )


def _definition(made: Export | ExportSchedule) -> dict[str, Any]:
    told: dict[str, Any] = {
        "profile": made.profile,
        "format": made.format,
        "columns": made.columns,
        "contacts": made.with_contacts,
    }
    if made.destination is not None:
        told["destination"] = made.destination.name
    if isinstance(made, Export):
        told |= {"filter": made.words, "sandbox": made.is_sandbox}
        if made.schedule is not None:
            told["schedule"] = str(made.schedule.public_id)
    return told
