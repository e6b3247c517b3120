"""What a target database refused, in words for whoever can act on it."""

from django.utils.translation import gettext as _

from exports.delivering.database_engine import Broken
from exports.delivering.terms import DeliveryRefused

# Nobody has to act: the same delivery may go through later.
_PASSING = frozenset({"unreachable", "gone", "busy", "slow"})


def refusal(broken: Broken) -> DeliveryRefused:
    words = _sentences().get(broken.why, _sentences()["refused"])
    return DeliveryRefused(
        words % {"name": broken.name}, is_passing=broken.why in _PASSING
    )


def _sentences() -> dict[str, str]:
    return {
        "address": _(
            "L’adresse de la base de données n’a pas la forme attendue. Prévenez "
            "l’exploitation."
        ),
        "unreachable": _(
            "La base de données ne répond pas : rien n’y est écrit. Redemandez l’envoi "
            "plus tard."
        ),
        "credentials": _(
            "La base de données refuse le compte déclaré. Prévenez l’exploitation."
        ),
        "no_database": _(
            "Le serveur n’a pas la base de données déclarée. Prévenez l’exploitation."
        ),
        "no_schema": _(
            "La base de données n’a pas le schéma « %(name)s ». Prévenez "
            "l’exploitation."
        ),
        "not_a_database": _(
            "Le fichier déclaré n’est pas une base SQLite. Prévenez l’exploitation."
        ),
        "rights": _(
            "Le compte déclaré n’a pas le droit d’écrire dans la base de données : "
            "rien n’y est écrit. Prévenez l’exploitation."
        ),
        "full": _(
            "Le disque de la base de données est plein : rien n’y est écrit. Prévenez "
            "l’exploitation."
        ),
        "gone": _(
            "La base de données s’est arrêtée pendant l’envoi : rien n’y est écrit à "
            "moitié. Redemandez l’envoi plus tard."
        ),
        "busy": _(
            "Un autre travail tient les tables de la base de données. Redemandez "
            "l’envoi plus tard."
        ),
        "slow": _(
            "La base de données est trop lente : rien n’y est écrit. Redemandez "
            "l’envoi plus tard."
        ),
        "narrow": _(
            "Une colonne de la base de données est trop étroite pour une valeur : rien "
            "n’y est écrit. Prévenez l’exploitation."
        ),
        "constraint": _(
            "Une règle de la base de données refuse une ligne : rien n’y est écrit. "
            "Prévenez l’exploitation."
        ),
        "no_key": _(
            "La table « %(name)s » de la base de données n’a pas les colonnes qui "
            "identifient une ligne : rien n’y est écrit. Prévenez l’exploitation."
        ),
        "twice": _(
            "La table « %(name)s » de la base de données a plusieurs lignes pour une "
            "même société : rien n’y est écrit. Prévenez l’exploitation."
        ),
        "refused": _(
            "La base de données a refusé l’écriture (%(name)s) : rien n’y est écrit. "
            "Prévenez l’exploitation."
        ),
    }
