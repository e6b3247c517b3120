"""Whether someone may have an export made: asked when they ask, and by the worker."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.perms import can_read_contacts
from exports import destinations, perms
from exports.choice import Choice


class RightMissing(ValueError):
    """Says in a sentence which right is missing."""


def check(*, by: User, desk_id: int, choice: Choice) -> None:
    """Raises RightMissing. What was true on asking may not be any more."""
    if not by.is_active:
        raise RightMissing(_("Le compte de la personne qui l’a demandé est fermé."))
    if by.desk_id != desk_id or not perms.can_export(by):
        raise RightMissing(
            _("La personne qui l’a demandé n’a plus le droit d’exporter.")
        )
    if choice.with_contacts and not can_read_contacts(by):
        raise RightMissing(
            _("La personne qui l’a demandé n’a pas le droit de lire les contacts.")
        )
    _check_destination(choice, desk_id)


def _check_destination(choice: Choice, desk_id: int) -> None:
    destination = choice.destination
    if destination is None:
        return
    if not destinations.is_open(destination, desk_id):
        raise RightMissing(_("La destination n’est plus ouverte à votre équipe."))
    if choice.with_contacts and not destination.takes_contacts:
        raise RightMissing(_("Cette destination ne reçoit pas de contacts."))
