"""What opens a destination: in the environment, under the name that ops gave."""

from django.utils.translation import gettext as _

from exports import destinations
from exports.delivering.terms import DeliveryRefused
from exports.models import Destination


def secret_of(destination: Destination) -> str:
    """Raises DeliveryRefused; the sentence names the variable, never its value."""
    name = destination.secret_name
    if not name.startswith(destinations.PREFIX):
        raise DeliveryRefused(
            _("La variable du secret doit commencer par EXPORT_TARGET_.")
        )
    secret = destinations.secret_of(destination)
    if not secret:
        raise DeliveryRefused(
            _(
                "La variable %(name)s n’est pas renseignée sur le serveur. Prévenez "
                "l’exploitation."
            )
            % {"name": name}
        )
    if not secret.isprintable():
        raise DeliveryRefused(
            _(
                "La variable %(name)s n’a pas la forme attendue. Prévenez "
                "l’exploitation."
            )
            % {"name": name}
        )
    return secret
