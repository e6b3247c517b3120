"""What Airtable refused, in words for whoever can act on it."""

from django.utils.translation import gettext as _

from exports.delivering.airtable_api import Refused
from exports.delivering.terms import DeliveryRefused


def refusal(refused: Refused) -> DeliveryRefused:
    if refused.status == 401:
        return DeliveryRefused(
            _("Airtable ne reconnaît pas le jeton. Prévenez l’exploitation.")
        )
    if refused.status == 403:
        return DeliveryRefused(
            _(
                "Airtable refuse : le jeton n’a pas le droit de lire et d’écrire cette "
                "base, ou la base n’existe plus. Prévenez l’exploitation."
            )
        )
    if refused.status == 404:
        return DeliveryRefused(
            _("Airtable ne trouve pas cette base. Prévenez l’exploitation.")
        )
    return DeliveryRefused(
        _("Airtable a refusé les lignes envoyées (%(why)s). Prévenez l’exploitation.")
        % {"why": refused.kind or refused.status}
    )


def unreachable() -> DeliveryRefused:
    return DeliveryRefused(
        _(
            "Airtable ne répond pas. Ce qui est déjà envoyé y reste ; redemander "
            "l’envoi le termine sans doublon."
        ),
        is_passing=True,
    )


def table_missing(field: str) -> DeliveryRefused:
    if field:
        return DeliveryRefused(
            _(
                "La table Airtable n’a pas de champ SIREN, et le jeton n’a pas le "
                "droit de le créer. Ajoutez-le, de type texte."
            )
        )
    return DeliveryRefused(
        _("La base Airtable n’a pas la table déclarée. Prévenez l’exploitation.")
    )


def too_many() -> DeliveryRefused:
    return DeliveryRefused(_("Airtable reçoit au plus 100 000 sociétés par envoi."))


def line_refused(why: str) -> str:
    """Why one company was not written, in a few words."""
    return {
        "several": _("présente plusieurs fois dans la table"),
        "INVALID_VALUE_FOR_COLUMN": _("une valeur ne convient pas à son champ"),
        "INVALID_MULTIPLE_CHOICE_OPTIONS": _(
            "une liste de choix de la table n’a pas la valeur, et le jeton n’a pas le "
            "droit de l’ajouter"
        ),
        "REQUEST_TOO_LARGE": _("la ligne est trop longue"),
    }.get(why, _("refusée par Airtable (%(why)s)") % {"why": why})
