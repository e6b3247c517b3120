"""Where a desk may send rows: ops declare it, its secret stays in the environment."""

from django.db.models import Q, QuerySet

from exports.models import Destination
from mainsite.lib.environment import secret

PREFIX = "EXPORT_TARGET_"


def open_to(desk_id: int | None) -> QuerySet[Destination]:
    """Those in service for this desk; one that names no desk is for all."""
    if desk_id is None:
        return Destination.objects.none()
    mine = Q(desks__isnull=True) | Q(desks=desk_id)
    return Destination.objects.filter(mine, is_active=True).distinct().order_by("name")


def is_open(destination: Destination, desk_id: int) -> bool:
    return open_to(desk_id).filter(pk=destination.pk).exists()


def secret_of(destination: Destination) -> str:
    """Empty when the variable is not set, or not one of ours; never shown or logged."""
    name = destination.secret_name
    return secret(name).strip() if name.startswith(PREFIX) else ""
